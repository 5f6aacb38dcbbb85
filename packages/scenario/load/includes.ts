/** `include: FILE` in lists of steps: the steps of that file stand in its place, and know where they are written. */
import { posix } from "node:path";
import type { FieldPath, Finding } from "@netwright/api";
import type { Diagnostic, SourceRef } from "@netwright/base";
import { diagnosticOf } from "@netwright/api/load/diagnostic-of.ts";
import { locate, type Tree } from "@netwright/api/load/locate.ts";
import { parseDocuments } from "@netwright/api/load/parse-documents.ts";
import { substitute, type Values } from "./values.ts";

/** The text of a file, or why it cannot be had. */
export type ReadText = (path: string) => Promise<{ readonly text: string } | { readonly problem: string }>;

/** A value that has not been judged, and where each part of it is written. */
export interface Raw {
  readonly value: unknown;
  readonly tree: Tree;
  readonly path: FieldPath;
}

export interface Expanded {
  readonly steps: readonly Raw[];
  readonly diagnostics: readonly Diagnostic[];
}

const depthMax = 16;

/** @param steps a list as written; anything else is left to the schema. @param files those being read, outermost first. */
export async function expandIncludes(
  steps: Raw,
  values: Values,
  read: ReadText,
  files: readonly string[],
): Promise<Expanded> {
  if (!Array.isArray(steps.value)) return { steps: [], diagnostics: [] };
  const results: Expanded[] = [];
  for (const [index, entry] of steps.value.entries()) {
    const raw: Raw = { value: entry, tree: steps.tree, path: [...steps.path, index] };
    const include = (entry as { readonly include?: unknown } | null)?.include;
    results.push(
      typeof include === "string"
        ? await included(raw, include, values, read, files)
        : { steps: [raw], diagnostics: [] },
    );
  }
  return {
    steps: results.flatMap((result) => result.steps),
    diagnostics: results.flatMap((result) => result.diagnostics),
  };
}

async function included(
  raw: Raw,
  include: string,
  values: Values,
  read: ReadText,
  files: readonly string[],
): Promise<Expanded> {
  const refuse = (code: "NW1107" | "NW1205", message: string, hint: string): Expanded => ({
    steps: [],
    diagnostics: [complaint({ code, path: [...raw.path, "include"], message, hint }, raw.tree)],
  });
  const { with: given, ...rest } = raw.value as { readonly with?: unknown; readonly include: string };
  const others = Object.keys(rest).filter((key) => key !== "include" && key !== "name");
  if (others.length > 0)
    return refuse(
      "NW1205",
      `stands beside ${others.join(", ")}`,
      "make two steps of it: one that includes, one that does the rest",
    );
  const path = posix.join(posix.dirname(raw.tree.file), include);
  if (files.includes(path)) {
    const circle = [...files.slice(files.indexOf(path)), path].join(" includes ");
    return refuse("NW1205", `leads around in a circle: ${circle}`, "take one of the includes away");
  }
  if (files.length > depthMax) return refuse("NW1205", `is more than ${depthMax} files deep`, "include less deeply");
  const found = await read(path);
  if ("problem" in found) return refuse("NW1107", `${path}: ${found.problem}`, "the path is relative to this file");
  const { documents, diagnostics } = parseDocuments(found.text, path);
  if (diagnostics.length > 0) return { steps: [], diagnostics };
  const [document, ...more] = documents;
  if (document === undefined || more.length > 0 || !Array.isArray(document.value))
    return refuse("NW1205", `${path} does not hold one list of steps`, "an included file is a list: `- run: ...`");
  const known = { ...values, ...(given as Values | undefined) };
  const { value, findings } = substitute(document.value, known, "node.");
  if (findings.length > 0)
    return { steps: [], diagnostics: findings.map((finding) => complaint(finding, document.tree)) };
  return expandIncludes({ value, tree: document.tree, path: [] }, known, read, [...files, path]);
}

const complaint = (finding: Finding, tree: Tree): Diagnostic =>
  diagnosticOf(finding, undefined, locate(tree, finding.path, finding.onKey));

/** Where a path of the whole is written, when lists of it were put together from several files. */
export function placesOf(
  tree: Tree,
  lists: Readonly<Record<string, readonly Raw[]>>,
): (path: FieldPath, onKey?: boolean) => SourceRef {
  return (path, onKey) => {
    const [spec, list, index, ...rest] = path;
    const raw = spec === "spec" && typeof index === "number" ? lists[String(list)]?.[index] : undefined;
    return raw === undefined ? locate(tree, path, onKey) : locate(raw.tree, [...raw.path, ...rest], onKey);
  };
}
