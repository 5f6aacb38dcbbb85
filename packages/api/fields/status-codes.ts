/** Which HTTP status codes are expected (RFC 9110 section 15): one, several, or ranges of them. */
import { NetwrightError } from "@netwright/base";
import { z } from "zod";
import { codecField } from "./text-field.ts";

export interface CodeRange {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

/** Ascending, apart from each other. */
export type StatusCodes = readonly CodeRange[];

const hint = "write a code, a range or a list of them, for example 200, 200-299 or [200, 204]";

/** @throws NW1203 for what is no code from 100 to 599, and for ranges that end before they begin. */
export function parseStatusCodes(value: number | string | readonly (number | string)[]): StatusCodes {
  const texts = [value].flat().flatMap((each) => String(each).split(","));
  if (texts.length === 0) throw new NetwrightError("NW1203", "names no status code", { hint });
  return joined(texts.map((text) => parseRange(text.trim())).toSorted((a, b) => a.first - b.first));
}

function parseRange(text: string): CodeRange {
  const match = /^(\d{3})(?:-(\d{3}))?$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match === null || first < 100 || last > 599)
    throw new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, 80))} is not a status code (100 to 599)`, {
      hint,
    });
  if (first > last)
    throw new NetwrightError("NW1203", `${text} ends before it begins`, { hint: `write ${last}-${first}` });
  return { first, last };
}

/** Ranges that touch are one. */
function joined(ranges: readonly CodeRange[]): StatusCodes {
  const result: CodeRange[] = [];
  for (const range of ranges) {
    const before = result.at(-1);
    if (before === undefined || range.first > before.last + 1) result.push(range);
    else result[result.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return result;
}

/** Canonical text, as HAProxy reads it too: `200,204,300-399`. */
export const printStatusCodes = (codes: StatusCodes): string =>
  codes.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");

export const statusCodesField = (description: string) =>
  codecField<z.ZodUnion<[z.ZodString, z.ZodNumber, z.ZodArray<z.ZodUnion<[z.ZodString, z.ZodNumber]>>]>, StatusCodes>(
    z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]),
    { description, examples: ["200", "200-299"] },
    parseStatusCodes,
    // Of a field that is left out zod asks all the same.
    (codes: StatusCodes | undefined) => printStatusCodes(codes ?? []),
  );
