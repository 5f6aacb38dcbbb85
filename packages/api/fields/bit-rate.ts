/** Bits a second, in the units of tc(8). */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

declare const unit: unique symbol;

export type BitsPerSecond = number & { readonly [unit]: "bit/s" };

const factors = { gbit: 1e9, mbit: 1e6, kbit: 1e3, bit: 1 } as const;
const [least, most] = [8000, 100e9];

/** @throws NW1203 when the text is not a number with `kbit`, `mbit` or `gbit`, or is out of bounds. */
export function parseBitRate(text: string): BitsPerSecond {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(bit|kbit|mbit|gbit)$/.exec(text.toLowerCase());
  if (match === null) {
    throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a rate`, {
      hint: "write a number and a unit (kbit, mbit, gbit), all a second, for example 10mbit",
    });
  }
  const rate = Math.round(Number(match[1]) * factors[match[2] as keyof typeof factors]) as BitsPerSecond;
  if (rate >= least && rate <= most) return rate;
  throw new NetwrightError("NW1203", `${text} is out of bounds (8kbit to 100gbit)`);
}

/** Canonical text: the largest unit that leaves a whole number. */
export function printBitRate(value: BitsPerSecond): string {
  const name = (["gbit", "mbit", "kbit"] as const).find((candidate) => value % factors[candidate] === 0) ?? "bit";
  return `${value / factors[name]}${name}`;
}

export const bitRateField = (description: string) =>
  textField<BitsPerSecond>({ description, examples: ["10mbit", "512kbit"] }, parseBitRate, printBitRate);
