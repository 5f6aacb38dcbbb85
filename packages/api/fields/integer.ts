/** Whole numbers inside bounds, with messages that say what the number is for. */
import { z } from "zod";
import { complaint, metaOf, type FieldDescription } from "./text-field.ts";

export interface IntegerBounds extends FieldDescription {
  /** With its article: `a port`, `an AS number`. */
  readonly noun: string;
  readonly min: number;
  readonly max: number;
  readonly hint?: string;
}

/** A whole number from `min` to `max`, both included. */
export function integerField({ noun, min, max, hint, ...description }: IntegerBounds): z.ZodNumber {
  return z
    .number()
    .superRefine((value, context) => {
      if (Number.isInteger(value) && value >= min && value <= max) return;
      const message = `${value} is not ${noun} (${min} to ${max})`;
      context.addIssue({ code: "custom", message, params: complaint("NW1203", hint) });
    })
    .meta({ ...metaOf(description), type: "integer", minimum: min, maximum: max });
}
