/** Colour where it helps to find a line; nothing is told by colour alone. Pure. */

const codes = { red: 31, green: 32, yellow: 33 } as const;
type Color = keyof typeof codes;

const marks: Readonly<Record<string, Color>> = { "+": "green", "-": "red", "~": "yellow" };

export const paint = (text: string, color: Color, wanted: boolean): string =>
  wanted ? `\u001b[${codes[color]}m${text}\u001b[0m` : text;

/** Lines that begin with `+`, `-` or `~` after so many blanks. */
export function paintChanges(text: string, wanted: boolean, indent = 0): string {
  if (!wanted) return text;
  const pattern = new RegExp(`^ {${indent}}([+~-]) .*$`, "gm");
  return text.replace(pattern, (line, mark: string) => paint(line, marks[mark] ?? "yellow", true));
}
