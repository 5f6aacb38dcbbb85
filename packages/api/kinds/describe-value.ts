/** A value in words, for messages: `the text "abc"`, `the number 5`, `an empty value`. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return "an empty value";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === "") return "an empty text";
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)}`;
  if (typeof value === "number") return `the number ${value}`;
  return typeof value === "boolean" ? String(value) : "an object";
}
