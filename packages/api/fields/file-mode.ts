/** Permission bits of a file, in octal text. */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

/** @throws NW1203 when it is not three or four octal digits. */
export function parseFileMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return parseInt(text, 8);
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a file mode`, {
    hint: 'write octal digits in quotes, for example "0644"',
  });
}

export const printFileMode = (mode: number): string => mode.toString(8).padStart(4, "0");

export const fileModeField = (description: string) =>
  textField<number>({ description, examples: ["0644", "0755"] }, parseFileMode, printFileMode);
