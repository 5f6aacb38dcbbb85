/** Runs side by side, in threads. */
import { Worker } from "node:worker_threads";
import type { Outcome, Run } from "./run.ts";

export async function runAll(
  runs: readonly Run[],
  threads: number,
  onDone: (done: number, outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = runs.values();
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("worker.ts", import.meta.url));
      const next = (): void => {
        const { value, done } = waiting.next();
        if (done === true) void worker.terminate().then(() => resolve(), reject);
        // A thread, not a window: there is no origin.
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        else worker.postMessage(value);
      };
      worker.on("error", reject);
      worker.on("message", (outcome: Outcome) => {
        outcomes.push(outcome);
        onDone(outcomes.length, outcome);
        next();
      });
      next();
    });
  await Promise.all(Array.from({ length: Math.min(runs.length, threads) }, work));
  return outcomes;
}
