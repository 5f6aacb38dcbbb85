/** Just enough reading of TypeScript for the house rules: comments away, imports out. */

// One alternative each for: line comment, block comment, string, template, regular expression after a sign that
// cannot end an operand. Templates nested in templates are not understood; the formatter keeps them apart enough.
const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

/** The source with comments blanked; lines keep their numbers. */
export function withoutComments(source: string): string {
  return source.replace(token, (match) =>
    match.startsWith("//") || match.startsWith("/*") ? match.replace(/[^\n]/g, " ") : match,
  );
}

/** The source with comments, strings and regular expressions blanked: code alone. */
export function codeOnly(source: string): string {
  return source.replace(token, (match) => (match.startsWith("`") ? match : match.replace(/[^\n]/g, " ")));
}

export interface Import {
  /** As written: `node:fs`, `zod`, `@netwright/base`, `./ipv6.ts`. */
  readonly specifier: string;
  readonly line: number;
}

const statement =
  /^[ \t]*(?:import|export)\b(?:[\w\s{},*$]*?\bfrom\s*)?\s*"([^"]+)"|\bimport\(\s*(?:\/\*[^*]*\*\/\s*)?["'`]([^"'`]+)["'`]/gm;

/** Every static import, re-export and import() of a literal, type-only ones too. */
export function importsOf(source: string): readonly Import[] {
  const code = withoutComments(source);
  return [...code.matchAll(statement)].map((match) => ({
    specifier: match[1] ?? match[2] ?? "",
    line: code.slice(0, match.index).split("\n").length + (match[0].match(/^\s*/)?.[0].split("\n").length ?? 1) - 1,
  }));
}

/** Lines on which a pattern stands in the code, counted from 1. */
export function linesWith(code: string, pattern: RegExp): readonly number[] {
  return code.split("\n").flatMap((text, index) => (pattern.test(text) ? [index + 1] : []));
}
