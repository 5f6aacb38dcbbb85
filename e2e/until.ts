/** Waiting for what must come, without guessing how long it takes. */
import { setTimeout as delay } from "node:timers/promises";

/** Far more than anything takes on an idle machine; a busy one is slow but not wrong. */
const patience = 120_000;
/** Each look starts a process of the command line. */
const pause = 200;

/** Looks again and again until it holds. @throws with what was seen last. */
export async function until<Seen>(
  what: string,
  look: () => Promise<Seen>,
  holds: (seen: Seen) => boolean,
  timeout: number = patience,
): Promise<Seen> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) {
      throw new Error(`never happened: ${what}; seen last: ${JSON.stringify(seen, undefined, 1)?.slice(0, 4000)}`);
    }
    await delay(pause);
  }
}
