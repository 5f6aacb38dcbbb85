/** Runs what it is sent, one after the other. */
import { parentPort } from "node:worker_threads";
import { outcomeOf, type Run } from "./run.ts";

parentPort?.on("message", (run: Run) => parentPort?.postMessage(outcomeOf(run)));
