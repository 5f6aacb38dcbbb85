/** In place of the thread that proves: ends with the first question. */
import { parentPort } from "node:worker_threads";

parentPort?.once("message", () => process.exit(3));
