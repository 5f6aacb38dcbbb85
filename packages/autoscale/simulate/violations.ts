/** How much of the traffic met the objective. Pure. */
import { percent } from "./quality.ts";
import { seriesStep } from "./series.ts";

export interface Violations {
  readonly requests: number;
  /** Requests that arrived while the objective was not met, percent. */
  readonly violations: number;
  /** Requests that gave up waiting, percent. */
  readonly failed: number;
  /** Seconds, the longest stretch without a second in which it was met. */
  readonly longest: number;
  /** Seconds of violation in each part of the chart. */
  readonly perPart: readonly number[];
}

export interface ViolationMeter {
  /** One second. */
  add(second: { readonly requests: number; readonly failed: number; readonly violated: boolean }): void;
  end(): Violations;
}

/** @param length seconds */
export function violationMeter(length: number): ViolationMeter {
  const step = seriesStep(length);
  const perPart = Array.from({ length: Math.ceil(length / step) }, () => 0);
  let [seconds, requests, unlucky, failed, stretch, longest] = [0, 0, 0, 0, 0, 0];
  return {
    add: (second) => {
      requests += second.requests;
      failed += second.failed;
      if (second.violated) {
        unlucky += second.requests;
        const part = Math.floor(seconds / step);
        perPart[part] = (perPart[part] ?? 0) + 1;
        longest = Math.max(longest, (stretch += 1));
      } else stretch = 0;
      seconds += 1;
    },
    end: () => ({
      requests,
      violations: percent(unlucky, requests),
      failed: percent(failed, requests),
      longest,
      perPart,
    }),
  };
}
