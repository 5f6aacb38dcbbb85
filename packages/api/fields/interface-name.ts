/** Names of Linux network devices (IFNAMSIZ: 15 octets). */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

/** @throws NW1203 when the kernel would refuse the name. */
export function parseInterfaceName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}$/.test(text)) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a name of a network interface`, {
    hint: "1 to 15 letters, digits, dots, hyphens and underscores, for example eth0",
  });
}

export const interfaceField = (description: string) =>
  textField<string>({ description, examples: ["eth0"] }, parseInterfaceName, (value) => value);
