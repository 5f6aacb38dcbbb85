/** Waiting for a condition, with a deadline. */
import { milliseconds, type Clock, type Milliseconds } from "@netwright/base";

/** True as soon as the condition holds; false when the time is over. @throws the signal's reason when it aborts */
export async function waitUntil(
  clock: Clock,
  condition: () => Promise<boolean>,
  limit: Milliseconds,
  pause: Milliseconds = milliseconds(10),
  signal?: AbortSignal,
): Promise<boolean> {
  const end = clock.monotonic() + limit;
  for (;;) {
    // A look may take longer than all the time there is: nobody would sleep then.
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (clock.monotonic() >= end) return false;
    await clock.sleep(pause, signal);
  }
}
