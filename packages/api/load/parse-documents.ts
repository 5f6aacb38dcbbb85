/** Text to YAML documents with plain values. */
import type { Diagnostic, SourceRef } from "@netwright/base";
import { parseAllDocuments, type Document, type Node } from "yaml";
import { lineIndex } from "./line-index.ts";
import { syntaxErrorsMax } from "./limits.ts";
import { refOf, spanRef, type Tree } from "./locate.ts";
import { textProblem } from "./text-problem.ts";
import { complaintOf } from "./yaml-errors.ts";
import { plainTree } from "./yaml-value.ts";

export interface ParsedDocument {
  readonly tree: Tree;
  /** JSON value. */
  readonly value: unknown;
}

export interface ParsedText {
  readonly documents: readonly ParsedDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Documents without content are passed over. Never throws. */
export function parseDocuments(text: string, file: string): ParsedText {
  const refused = textProblem(text, file);
  if (refused !== undefined) return { documents: [], diagnostics: [refused] };
  const lines = lineIndex(text);
  // Keys are checked for doubles by us: the parser's own check takes quadratic time.
  const parsed = parseAllDocuments(text, {
    uniqueKeys: false,
    prettyErrors: false,
    schema: "core",
    resolveKnownTags: false,
    logLevel: "silent",
  });
  const where = { file, text, lines };
  const results = [...parsed].map((document) => parseDocument(document, where));
  const documents = results.flatMap((result) => result.documents);
  const outside = "empty" in parsed ? syntaxErrors(parsed, where) : [];
  const diagnostics = [...outside, ...results.flatMap((result) => result.diagnostics)];
  if (documents.length > 0 || diagnostics.length > 0) return { documents, diagnostics };
  const hint = "begin with apiVersion, kind and metadata.name";
  return {
    documents,
    diagnostics: [{ code: "NW1103", message: "the file holds no object", source: spanRef(where, 0, 0), hint }],
  };
}

type Where = Pick<Tree, "file" | "text" | "lines">;

function parseDocument(document: Document.Parsed, where: Where): ParsedText {
  const errors = syntaxErrors(document, where);
  if (errors.length > 0) return { documents: [], diagnostics: errors };
  const { value, problems, targets } = plainTree(document.contents);
  if (problems.length > 0) {
    const place = (node: Node | undefined): SourceRef => refOf(where, node ?? document.contents ?? undefined);
    return {
      documents: [],
      diagnostics: problems.map(({ node, complaint }) => Object.assign({ source: place(node) }, complaint)),
    };
  }
  if (value === null && document.contents?.range?.[0] === document.contents?.range?.[1])
    return { documents: [], diagnostics: [] };
  return { documents: [{ tree: { ...where, root: document.contents, targets }, value }], diagnostics: [] };
}

function syntaxErrors(
  { errors, warnings }: Pick<Document.Parsed, "errors" | "warnings">,
  where: Where,
): readonly Diagnostic[] {
  const found = [...errors, ...warnings].map((error) => {
    const [start, end] = error.pos;
    // What is missing at the end is missed where the text ends, not on the empty line behind it.
    const last = where.text.trimEnd().length;
    return Object.assign(
      { source: spanRef(where, Math.min(start, last), end) },
      complaintOf(error),
    ) satisfies Diagnostic;
  });
  // One complaint a line, and one about depth: the parser repeats itself while it recovers.
  const fresh = found.filter(
    (one, index) =>
      found.findIndex(
        (other) => other.source.line === one.source.line || (one.code === "NW1105" && other.code === one.code),
      ) === index,
  );
  return fresh.slice(0, syntaxErrorsMax);
}
