/** Short ways to write findings. */
import type { ErrorCode } from "@netwright/base";
import type { FieldPath, Finding } from "./kind.ts";

/** A complaint about the value at a path. */
export const finding = (code: ErrorCode, path: FieldPath, message: string, hint: string): Finding => ({
  code,
  path,
  message,
  hint,
});

/** A complaint about a key that should not be there. */
export const keyFinding = (code: ErrorCode, path: FieldPath, message: string, hint: string): Finding => ({
  ...finding(code, path, message, hint),
  onKey: true,
});

/** Of some fields one must be written, and only one. @param path of the object that holds them. */
export function exactlyOne<O extends object>(
  object: O,
  fields: readonly (keyof O & string)[],
  path: FieldPath,
  hint: string,
): readonly Finding[] {
  const written = fields.filter((field) => object[field] !== undefined);
  const [a, b] = written;
  if (written.length === 1) return [];
  return [
    finding("NW1205", path, b === undefined ? `has neither ${fields.join(" nor ")}` : `has both ${a} and ${b}`, hint),
  ];
}

/** The first entry that has the same value in a field as entry `index`; undefined when that is itself, or has none. */
export function earlierWith<T extends object>(
  entries: readonly T[],
  index: number,
  field: keyof T,
): number | undefined {
  const value = entries[index]?.[field];
  const earlier = value === undefined ? index : entries.findIndex((entry) => entry[field] === value);
  return earlier === index ? undefined : earlier;
}
