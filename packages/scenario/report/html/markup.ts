/** Pieces of HTML, written so that an XML parser reads them too. Pure. */
import { escaped, oneLine } from "../printable.ts";
import type { Verdict } from "../report.ts";

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Text of a document; what comes from elsewhere is escaped once, by `text` or as an attribute. */
export const text = escaped;

export function tag(name: string, attributes: Attributes, ...inside: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined || value === false
      ? []
      : [` ${key}="${escaped(value === true ? key : oneLine(String(value)))}"`],
  );
  return inside.length === 0
    ? `<${name}${written.join("")}/>`
    : `<${name}${written.join("")}>${inside.join("")}</${name}>`;
}

export const cell = (inside: string): string => tag("td", {}, inside);
export const numberCell = (inside: string): string => tag("td", { class: "number" }, inside);

export const tableRow = (cells: readonly string[]): string => tag("tr", {}, ...cells);

export function table(header: readonly string[], rows: readonly string[]): string {
  const head = tableRow(header.map((title) => tag("th", { scope: "col" }, text(title))));
  return tag("div", { class: "wide" }, tag("table", {}, tag("thead", {}, head), tag("tbody", {}, ...rows, "\n")));
}

export const folded = (summary: string, inside: string, isOpen = false, attributes: Attributes = {}): string =>
  tag("details", { ...attributes, open: isOpen }, tag("summary", {}, summary), inside);

export const verbatim = (words: string): string => tag("pre", {}, text(words));

const signs: Readonly<Record<Verdict, string>> = { Passed: "✓", Failed: "✗", Error: "!", Skipped: "–" };
const words: Readonly<Record<Verdict, string>> = {
  Passed: "passed",
  Failed: "failed",
  Error: "error",
  Skipped: "skipped",
};

export const verdictSign = (verdict: Verdict): string => signs[verdict];
export const verdictWord = (verdict: Verdict): string => words[verdict];

/** Told by a sign, a word and a colour. */
export const verdictMark = (verdict: Verdict): string =>
  tag("span", { class: `verdict ${verdict}` }, `${signs[verdict]} ${words[verdict]}`);
