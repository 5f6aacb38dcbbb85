/** What is expected of a text: of output, a body, a file. */
import { z } from "zod";

/** A regular expression of JavaScript that compiles, with the flag `m`. */
export const patternField = (description: string) =>
  z
    .string()
    .superRefine((text, context) => {
      try {
        RegExp(text, "mu");
      } catch (error) {
        context.addIssue({
          code: "custom",
          message: `${JSON.stringify(text)} is no regular expression: ${(error as SyntaxError).message.split(": ").at(-1)}`,
          params: { code: "NW1203", hint: "as in JavaScript; put a backslash before characters that mean something" },
        });
      }
    })
    .meta({ description });

export const textExpectation = (what: string) =>
  z
    .strictObject({
      equals: z.string().exactOptional().meta({ description: "The whole text, white space at both ends aside." }),
      contains: z.string().exactOptional().meta({ description: "Some part of it." }),
      matches: patternField(
        "Some part of it matches this regular expression; ^ and $ are ends of lines.",
      ).exactOptional(),
      json: z
        .record(z.string(), z.unknown())
        .exactOptional()
        .meta({ description: "The text is JSON: by path (items[0].name), the value that stands there." }),
    })
    .exactOptional()
    .meta({ description: `${what}: all that is written must hold.` });

export type TextExpectation = NonNullable<z.output<ReturnType<typeof textExpectation>>>;

/** Names of nodes: one, or several. */
export const nodesField = (description: string) =>
  z.union([z.string(), z.array(z.string()).min(1)]).meta({ description });
