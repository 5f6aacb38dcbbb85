/** The real clock and the real entropy, for programs; libraries take them as parameters. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock, Entropy } from "./clock.ts";
import { milliseconds, type Instant } from "./units.ts";

export const systemClock: Clock = {
  now: () => Date.now() as Instant,
  monotonic: () => milliseconds(performance.now()),
  sleep: async (span, signal) => {
    await delay(span, undefined, signal === undefined ? {} : { signal });
  },
};

export const systemEntropy: Entropy = { bytes: (count) => randomBytes(count) };
