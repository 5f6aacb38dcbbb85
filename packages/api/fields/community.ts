/** BGP communities (RFC 1997) and large communities (RFC 8092). */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

const largest = { 2: 0xffff, 3: 0xffff_ffff } as const;

/** Numbers with colons and without leading zeros. @throws NW1203 */
export function parseCommunity(text: string): string {
  const parts = text.split(":");
  const bound = largest[parts.length as keyof typeof largest];
  const fits = (part: string): boolean => /^(0|[1-9]\d{0,9})$/.test(part) && Number(part) <= (bound ?? 0);
  if (bound !== undefined && parts.every(fits)) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a community`, {
    hint: "write two numbers up to 65535 (RFC 1997) or three up to 4294967295 (RFC 8092), for example 64510:100",
  });
}

export const communityField = (description: string) =>
  textField<string>({ description, examples: ["64510:100", "4200000000:1:2"] }, parseCommunity, (value) => value);
