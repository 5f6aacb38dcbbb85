/** Every scaler by name: ours, and those of other systems to compare it with. */
import { netwright } from "../decide/decide.ts";
import type { Scaler } from "../decide/types.ts";
import { awsStep } from "./aws-step.ts";
import { awsTargetTracking } from "./aws-target-tracking.ts";
import { hpaV2 } from "./hpa-v2.ts";
import { knativeKpa } from "./knative-kpa.ts";
import { staticPeak } from "./static.ts";

export const scalers: Readonly<Record<string, Scaler>> = Object.fromEntries(
  [netwright, hpaV2(), knativeKpa, awsTargetTracking, awsStep, staticPeak].map((scaler: Scaler) => [
    scaler.name,
    scaler,
  ]),
);
