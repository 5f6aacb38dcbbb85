/** Shares of a whole, written in percent and kept as parts in a million. */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

declare const unit: unique symbol;

/** Of a million: 10% is 100,000. */
export type PartsPerMillion = number & { readonly [unit]: "ppm" };

const million = 1_000_000;

/** @throws NW1203 when the text is not a number above 0 and up to 100 with `%`. */
export function parsePercentage(text: string): PartsPerMillion {
  const match = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text);
  const parts = match === null ? 0 : Math.round(Number(match[1]) * 10_000);
  if (parts >= 1 && parts <= million) return parts as PartsPerMillion;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a share (above 0% to 100%)`, {
    hint: "write a number with at most four decimals and a percent sign, for example 10% or 0.5%",
  });
}

export const printPercentage = (value: PartsPerMillion): string => `${value / 10_000}%`;

export const percentageField = (description: string) =>
  textField<PartsPerMillion>({ description, examples: ["10%", "0.5%"] }, parsePercentage, printPercentage);
