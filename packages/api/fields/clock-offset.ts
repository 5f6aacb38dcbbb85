/** How far a clock is wrong: a span of time with its sign. */
import { milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import { parseDuration, printDuration } from "./duration.ts";
import { textField } from "./text-field.ts";

const bounds = { min: milliseconds(1), max: milliseconds(10 * 365 * 24 * 3_600_000) };

/** @throws NW1203 when the text is not a sign and a span of time. */
export function parseClockOffset(text: string): Milliseconds {
  const [sign, span] = [text.slice(0, 1), text.slice(1)];
  if (sign === "+" || sign === "-") return milliseconds((sign === "-" ? -1 : 1) * parseDuration(span, bounds));
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} does not say whether the clock is ahead or behind`, {
    hint: 'write + or - and a span of time, for example "+1h" or "-30m"',
  });
}

export const printClockOffset = (value: Milliseconds): string =>
  `${value < 0 ? "-" : "+"}${printDuration(milliseconds(Math.abs(value)))}`;

export const clockOffsetField = (description: string) =>
  textField<Milliseconds>({ description, examples: ["+1h", "-30m"] }, parseClockOffset, printClockOffset);
