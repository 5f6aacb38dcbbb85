/** Runs what it is sent, one after the other. */
import { parentPort } from "node:worker_threads";
import { outcomeOf, type Run } from "./run.ts";

// A thread, not a window: there is no origin.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.on("message", (run: Run) => parentPort?.postMessage(outcomeOf(run)));
