/** Rules of one entry of `files`. */
import { isBase64 } from "../data-fields.ts";
import { earlierWith, exactlyOne, finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { WorkloadFileEntry } from "./workload.ts";

export function validateFile(files: readonly WorkloadFileEntry[], index: number, path: FieldPath): readonly Finding[] {
  const file = files[index];
  if (file === undefined) return [];
  const earlier = earlierWith(files, index, "path");
  const message = `${file.path.slice(0, 80)} is the path of files[${earlier}] too`;
  return [
    ...targetFindings(file.path, [...path, "path"]),
    ...(earlier === undefined ? [] : [finding("NW1205", [...path, "path"], message, "every file has its own path")]),
    ...exactlyOne(
      file,
      ["source", "content", "secret", "config"],
      path,
      "source: a file beside the manifest; content: the text itself; secret, config: a value of one",
    ),
    ...sourceFindings(file.source, [...path, "source"]),
    ...contentFindings(file, path),
  ];
}

const pathMax = 1024;
const shown = (text: string): string => JSON.stringify(text.slice(0, 80));

function targetFindings(text: string, path: FieldPath): readonly Finding[] {
  const [root, ...rest] = text.split("/");
  const plain = rest.length > 0 && rest.every((step) => step !== "" && step !== "." && step !== "..");
  if (root === "" && plain && text.length <= pathMax && !text.includes("\0")) return [];
  const hint = "for example /srv/index.html; no . and no ..";
  return [finding("NW1203", path, `${shown(text)} is not an absolute path of a file`, hint)];
}

function sourceFindings(source: string | undefined, path: FieldPath): readonly Finding[] {
  if (source === undefined) return [];
  const inside = source !== "" && !source.startsWith("/") && !source.split("/").includes("..");
  if (inside && source.length <= pathMax && !source.includes("\0")) return [];
  const hint = "a relative path without .., for example site/index.html";
  return [finding("NW1203", path, `${shown(source)} does not lie in the manifest's directory`, hint)];
}

function contentFindings({ content, encoding, source }: WorkloadFileEntry, path: FieldPath): readonly Finding[] {
  if (encoding === "utf8") return [];
  if (source !== undefined) {
    return [keyFinding("NW1205", [...path, "encoding"], "is for content, not for source", "leave it out")];
  }
  if (content === undefined)
    return [keyFinding("NW1205", [...path, "encoding"], "is for content only", "leave it out")];
  if (isBase64(content)) return [];
  const hint = "leave encoding out for plain text";
  return [finding("NW1203", [...path, "content"], "is not base64 (RFC 4648 section 4)", hint)];
}
