/** Spans of time, written as a number with a unit. */
import { milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import { textField } from "./text-field.ts";

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

export interface DurationBounds {
  readonly min: Milliseconds;
  readonly max: Milliseconds;
}

/** @throws NW1203 when the text is not a number with `ms`, `s`, `m` or `h`, or is out of bounds. */
export function parseDuration(text: string, { min, max }: DurationBounds): Milliseconds {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  if (match === null) {
    throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a span of time`, {
      hint: "write a number and a unit (ms, s, m, h), for example 500ms or 10s",
    });
  }
  const value = milliseconds(Math.round(Number(match[1]) * units[match[2] as keyof typeof units]));
  if (value >= min && value <= max) return value;
  throw new NetwrightError("NW1203", `${text} is out of bounds (${printDuration(min)} to ${printDuration(max)})`);
}

/** Canonical text: the largest unit that leaves a whole number. */
export function printDuration(value: Milliseconds): string {
  if (value === 0) return "0s";
  const unit = (["h", "m", "s"] as const).find((name) => value % units[name] === 0) ?? "ms";
  return `${value / units[unit]}${unit}`;
}

export const durationField = (description: string, bounds: DurationBounds, examples = ["500ms", "10s"]) =>
  textField<Milliseconds>({ description, examples }, (text) => parseDuration(text, bounds), printDuration);
