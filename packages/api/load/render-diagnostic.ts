/** A diagnostic as people read it: what, where, the line itself, and what to do. No colour. */
import { categoryOf, type Diagnostic, type SourceRef } from "@netwright/base";

/** Characters of a manifest line that are shown. */
const excerptMax = 110;

/**
 * Text without a closing newline, for example:
 *
 *     error NW1203 invalid: tiers[0].workload.port: 80800 is not a port (1 to 65535)
 *       shop.yaml:10:50
 *       10 |       workload: { image: host, port: 80800 }
 *                                                 ^^^^^
 *       hint: the port your server listens on, for example 8080
 *
 * @param sourceText the whole text of the file that `source` names; without it no line is shown.
 */
export function renderDiagnostic(diagnostic: Diagnostic, sourceText?: string): string {
  const { code, message, field, source, subject, hint } = diagnostic;
  // What the message names itself is not said twice.
  const about = [
    source === undefined && !isNamed(subject, message) ? subject : undefined,
    message.startsWith(`${field}: `) ? undefined : field?.replace(/^spec\./, ""),
  ].filter((part) => part !== undefined && part !== "");
  return [
    [`error ${code} ${categoryOf(code)}`, ...about, printable(message)].join(": "),
    ...(source === undefined ? [] : [`  ${source.file}:${source.line}:${source.column}`]),
    ...(source === undefined || sourceText === undefined || mayHoldSecret(sourceText)
      ? []
      : excerpt(source, sourceText)),
    ...(hint === undefined ? [] : [`  hint: ${printable(hint)}`]),
  ].join("\n");
}

/** Lines of a file with a Secret are not shown: what is printed ends in logs. */
const mayHoldSecret = (text: string): boolean => /\bkind["']?\s*:\s*["']?Secret\b/.test(text);

const isNamed = (subject = "", message: string): boolean =>
  message.includes(subject) || message.includes(subject.replace("/", " "));

function excerpt({ line, column, length = 1 }: SourceRef, text: string): readonly string[] {
  const whole = text.split("\n", line)[line - 1]?.replace(/\r$/, "");
  if (whole === undefined) return [];
  // Long lines are cut so that the place stays in sight.
  const from =
    whole.length <= excerptMax
      ? 0
      : Math.max(0, Math.min(column - 1 - Math.floor(excerptMax / 3), whole.length - excerptMax));
  const shown = printable(whole.slice(from, from + excerptMax));
  const margin = `  ${line} | `;
  const offset = column - 1 - from;
  const carets = "^".repeat(Math.max(1, Math.min(length, shown.length - offset)));
  return [`${margin}${shown}`.trimEnd(), `${" ".repeat(margin.length + offset)}${carets}`];
}

/** Keeps every character one column wide: tabs become spaces, what cannot be printed becomes a question mark. */
function printable(text: string): string {
  return text.replace(/\t/g, " ").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}
