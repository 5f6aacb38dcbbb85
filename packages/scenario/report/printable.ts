/** Texts that programs wrote, made fit for reports. Pure. */

/** Colours and cursor movements (ECMA-48 section 5.4). */
const sequences = new RegExp(
  String.raw`\u001b(?:\[[0-9:;<=>?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)`,
  "g",
);
/** What XML 1.0 section 2.2 does not let in, whichever way it is written. */
const forbidden = /[\p{Cc}--[\n\t]]|[\u{fffe}\u{ffff}]/gv;

/** Without control sequences and control characters; every line ends with `\n` alone. */
export const printable = (text: string): string =>
  text.replaceAll(sequences, "").replaceAll("\r\n", "\n").replaceAll(forbidden, "").toWellFormed();

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and quoted attributes of XML and HTML. */
export const escaped = (text: string): string => printable(text).replaceAll(/[&<>"']/g, (each) => entities[each] ?? "");

/** On one line. */
export const oneLine = (text: string): string => printable(text).replaceAll(/\s+/g, " ").trim();
