/** Names of objects and of their parts: RFC 1123 labels. */
import { z } from "zod";
import { complaint } from "./text-field.ts";

/** Longest name of any object; kinds may allow less. */
export const nameMax = 40;

const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** A lower-case RFC 1123 label of at most `max` characters. */
export function nameField(description: string, max: number = nameMax): z.ZodString {
  return z
    .string()
    .superRefine((text, context) => {
      const problem = nameProblem(text, max);
      if (problem === undefined) return;
      context.addIssue({ code: "custom", message: problem.message, params: complaint("NW1203", problem.hint) });
    })
    .meta({ description, maxLength: max, pattern: label.source });
}

function nameProblem(text: string, max: number): { message: string; hint: string } | undefined {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
  if (text.length > max) {
    return {
      message: `${shown} is too long: ${text.length} characters of at most ${max}`,
      hint: "choose a shorter name",
    };
  }
  if (label.test(text)) return undefined;
  return {
    message: `${shown} is not a name`,
    hint: "use lower-case letters, digits and hyphens; begin and end with a letter or digit (RFC 1123)",
  };
}
