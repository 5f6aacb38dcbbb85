/** Names of what a fault happens to. */
import { NetwrightError } from "@netwright/base";
import { textField } from "../../fields/text-field.ts";

/** @throws NW1203 */
export function parseLinkRef(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,30}(:[A-Za-z0-9][A-Za-z0-9_.@-]{0,14})?$/.test(text)) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a link`, {
    hint: "write its name or NODE:INTERFACE, for example edge1-host1 or edge1:eth2",
  });
}

export const linkRefField = (description: string) =>
  textField<string>({ description, examples: ["edge1-host1", "edge1:eth2"] }, parseLinkRef, (value) => value);

/** @throws NW1203 for what cannot be the first word of a command line. */
export function parseProgram(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, 80))} is not a program`, {
    hint: "write its name in the lab, for example bird, or the first word of its command line",
  });
}

export const programField = (description: string) =>
  textField<string>({ description, examples: ["bird", "/usr/sbin/nginx"] }, parseProgram, (value) => value);
