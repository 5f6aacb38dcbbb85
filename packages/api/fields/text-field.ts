/** Fields that are text in a manifest and something better inside: parsed once, printed back in canonical form. */
import { isNetwrightError, type ErrorCode } from "@netwright/base";
import { z } from "zod";

export interface FieldDescription {
  /** One sentence for the reference and for JSON Schema. */
  readonly description: string;
  readonly examples?: readonly (string | number)[];
}

/** What a field's own complaint carries beside its message; read again by `findingsOf`. */
export interface Complaint {
  readonly code: ErrorCode;
  readonly hint?: string;
}

/**
 * A field whose wire form is text. `decode` throws NetwrightError for text that it refuses; the error's
 * message, code and hint become the finding.
 */
export function textField<T>(
  description: FieldDescription,
  decode: (text: string) => T,
  encode: (value: T) => string,
): z.ZodCodec<z.ZodString, z.ZodCustom<T, T>> {
  return codecField(z.string(), description, decode, encode);
}

/** As `textField`, for fields that may be written as text or as a number. */
export function textOrNumberField<T>(
  description: FieldDescription,
  decode: (value: string | number) => T,
  encode: (value: T) => string,
): z.ZodCodec<z.ZodUnion<[z.ZodString, z.ZodNumber]>, z.ZodCustom<T, T>> {
  return codecField(z.union([z.string(), z.number()]), description, decode, encode);
}

/** As `textField`, for fields that may be one text or a list of them. */
export function textOrListField<T>(
  description: FieldDescription,
  decode: (text: string) => T,
  encode: (value: T) => string,
): z.ZodCodec<z.ZodUnion<[z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodCustom<readonly T[], readonly T[]>> {
  return codecField(
    z.union([z.string(), z.array(z.string())]),
    description,
    (value) => [value].flat().map(decode),
    // Of a field that is left out zod asks all the same.
    (values: readonly T[] | undefined) => (values ?? []).map(encode),
  );
}

/** For fields that may be written in more than one form; the first of them is the canonical one. */
export function codecField<Wire extends z.ZodType, T>(
  wire: Wire,
  description: FieldDescription,
  decode: (value: z.output<Wire>) => T,
  encode: (value: T) => z.input<Wire>,
): z.ZodCodec<Wire, z.ZodCustom<T, T>> {
  return z
    .codec(wire, z.custom<T>(), {
      decode: (value, context) => {
        try {
          return decode(value);
        } catch (error) {
          if (!isNetwrightError(error)) throw error;
          const { hint } = error.diagnostics[0] ?? {};
          context.issues.push({
            code: "custom",
            message: error.message,
            input: value,
            params: complaint(error.code, hint),
          });
          return z.NEVER;
        }
      },
      encode: (value) => encode(value) as z.output<Wire>,
    })
    .meta(metaOf(description));
}

export function complaint(code: ErrorCode, hint?: string): Record<string, unknown> {
  return (hint === undefined ? { code } : { code, hint }) satisfies Complaint;
}

export function metaOf({ description, examples }: FieldDescription): {
  description: string;
  examples?: (string | number)[];
} {
  return examples === undefined ? { description } : { description, examples: [...examples] };
}
