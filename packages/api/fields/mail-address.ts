/** Mail addresses of people: the plain form of RFC 5321, nothing quoted, no comments. */
import { NetwrightError } from "@netwright/base";
import { parseHostname } from "./hostname.ts";
import { textField } from "./text-field.ts";

/** @throws NW1203. */
export function parseMailAddress(text: string): string {
  const match = /^([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64})@([^@]+)$/.exec(text);
  if (match === null)
    throw new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, 100))} is not a mail address`, {
      hint: "for example ops@example.net, without mailto:",
    });
  return `${match[1]}@${parseHostname(match[2] ?? "")}`;
}

export const mailAddressField = (description: string) =>
  textField<string>({ description, examples: ["ops@example.net"] }, parseMailAddress, (address) => address);
