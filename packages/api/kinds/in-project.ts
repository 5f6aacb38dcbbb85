import { kindOfWord } from "./index.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object as written, with a project where it belongs to one and names none. */
export function inProject(object: unknown, project: string): unknown {
  if (!isRecord(object) || !isRecord(object["metadata"]) || typeof object["kind"] !== "string") return object;
  const { kind, metadata } = object;
  if (metadata["project"] !== undefined || kindOfWord(kind)?.scope !== "Project") return object;
  return { ...object, metadata: { ...metadata, project } };
}
