/** Amounts of scaling metrics as they are written, each in its own unit, and as numbers. */
import { milliseconds, NetwrightError, seconds } from "@netwright/base";
import { parseBitRate } from "../../fields/bit-rate.ts";
import { parseDuration } from "../../fields/duration.ts";
import type { ScalingMetric } from "./autoscale.ts";

type Written = string | number;

/** A share of 1 for cpu, ms for latencies, bit/s for bandwidth, else as it is. @throws NW1203 */
export function parseAmount(metric: ScalingMetric, written: Written): number {
  switch (metric) {
    case "cpu":
      return parseShare(written);
    case "latencyP95":
    case "latencyP99":
      return parseDuration(String(written), { min: milliseconds(1), max: seconds(3600) });
    case "bandwidth":
      return parseBitRate(String(written));
    case "requestsPerSecond":
    case "connections":
    case "queueLength":
      return parseCount(written);
  }
}

function parseShare(written: Written): number {
  const match = /^(\d{1,3}(?:\.\d{1,2})?)%$/.exec(String(written));
  const share = match === null ? NaN : Number(match[1]) / 100;
  if (share > 0 && share <= 1) return share;
  throw new NetwrightError("NW1203", `${JSON.stringify(written)} is not a share of an instance's CPU`, {
    hint: "write percent of what one instance may use, above 0% and up to 100%, for example 70%",
  });
}

function parseCount(written: Written): number {
  const count = typeof written === "number" ? written : NaN;
  if (count > 0 && count <= 1e9) return count;
  throw new NetwrightError("NW1203", `${JSON.stringify(written)} is not an amount for one instance`, {
    hint: "write a number above 0 without a unit, for example 100",
  });
}

/** By how much a step changes a tier. */
export interface ScalingChange {
  readonly unit: "Instances" | "Percent";
  readonly value: number;
}

/** @throws NW1203 */
export function parseChange(written: Written): ScalingChange {
  const percent = /^(\d{1,4})%$/.exec(String(written));
  const unit = percent === null ? "Instances" : "Percent";
  const value = percent === null ? (typeof written === "number" ? written : NaN) : Number(percent[1]);
  if (Number.isInteger(value) && value > 0 && value <= 10_000) return { unit, value };
  throw new NetwrightError("NW1203", `${JSON.stringify(written)} is not a change of size`, {
    hint: 'write how many instances, or percent, for example 2 or "50%"',
  });
}
