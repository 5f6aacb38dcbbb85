/**
 * How often a scaler is asked in a simulation, and over how long each value that it is shown is averaged. In production
 * all are asked every second; a preset that looks less often by itself loses nothing when it is asked less often, for a
 * mean of means is the same mean.
 */
import { seconds, type Milliseconds } from "@netwright/base";

export interface Timing {
  readonly interval: Milliseconds;
  readonly window: Milliseconds;
}

const every = (span: number): Timing => ({ interval: seconds(span), window: seconds(span) });

const others: Readonly<Record<string, Timing>> = {
  // Syncs every 15 s, by the mean since the last.
  "hpa-v2": every(15),
  // Ticks every 2 s.
  "knative-kpa": every(2),
  // Datapoints of a minute, whose borders are so exact.
  "aws-target-tracking": every(5),
  "aws-step": every(5),
  // Always the same.
  static: every(60),
};

export const timingOf = (scaler: string): Timing => others[scaler] ?? every(1);
