/** As many as the most that is ever allowed, always: how services are sized by hand. */
import type { Scaler } from "../decide/types.ts";
import { perTier } from "./per-tier.ts";

export const staticPeak: Scaler<Readonly<Record<string, null>>> = perTier("static", ({ scaling }) => ({
  desired: scaling.max,
  perMetric: [],
  words: "sized for the peak",
  state: null,
}));
