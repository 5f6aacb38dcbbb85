/** Texts that are refused before they are parsed. */
import type { Diagnostic } from "@netwright/base";
import { manifestEntriesMax, manifestOctetsMax } from "./limits.ts";
import { lineIndex } from "./line-index.ts";

/** Tab, line feed, carriage return and next line are all that YAML allows of these (YAML 1.2.2 section 5.1). */
const controlCharacter = /(?![\t\n\r\u0085])[\p{Cc}\ufffe\uffff]/u;

const splitHint = "split it into several files and apply the directory";

/** The reason not to parse a text at all; undefined when there is none. */
export function textProblem(text: string, file: string): Diagnostic | undefined {
  const octets = Buffer.byteLength(text);
  if (octets > manifestOctetsMax) return tooLarge(file, `${octets} octets`);
  const control = controlCharacter.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, "0");
    const message = `the file is binary, not text: it has the character U+${code}`;
    const source = { file, ...lineIndex(text).place(control.index) };
    return { code: "NW1102", message, source, hint: "give a YAML or JSON file" };
  }
  const entries = text.match(/[\n,]/g)?.length ?? 0;
  if (entries <= manifestEntriesMax) return undefined;
  const message = `the file has ${entries} lines and commas, of at most ${manifestEntriesMax}`;
  return { code: "NW1105", message, source: { file, line: 1, column: 1 }, hint: splitHint };
}

/** @param size with its unit. */
export function tooLarge(file: string, size: string): Diagnostic {
  const message = `the file is too large: ${size} of at most ${manifestOctetsMax}`;
  return { code: "NW1105", message, source: { file, line: 1, column: 1 }, hint: splitHint };
}
