import { formatPath, type FieldPath } from "@netwright/api";
import { RequestError } from "./request-error.ts";

interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };
}

/** @throws RequestError 400 that names the field. */
export function parse<T>(schema: Schema<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: "not valid" };
  const field = formatPath(path as unknown as FieldPath);
  throw new RequestError(400, field === "" ? message : `${field}: ${message}`);
}
