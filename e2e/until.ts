/** Waiting for what must come, without guessing how long it takes. */
import { setTimeout as delay } from "node:timers/promises";

/** Far more than anything takes on an idle machine; a busy one is slow but not wrong. */
const patience = 120_000;
/** Between two looks, in milliseconds, at least. */
const pause = 200;
/** Times the look itself: some start a process of the command line, and who waits leaves the processor to others. */
const share = 1.5;

/** Looks again and again until it holds. @throws with what was seen last. */
export async function until<Seen>(
  what: string,
  look: () => Promise<Seen>,
  holds: (seen: Seen) => boolean,
  timeout: number = patience,
): Promise<Seen> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const began = performance.now();
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) {
      throw new Error(`never happened: ${what}; seen last: ${JSON.stringify(seen, undefined, 1)?.slice(0, 4000)}`);
    }
    await delay(Math.max(pause, share * (performance.now() - began)));
  }
}
