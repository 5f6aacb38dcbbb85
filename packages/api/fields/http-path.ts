/** Paths of HTTP requests in origin form (RFC 9112 section 3.2.1). */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

/** @throws NW1203 when it does not begin with a slash or has characters that must be escaped. */
export function parseHttpPath(text: string): string {
  if (text.length <= 1024 && /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*$/.test(text)) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not the path of a request`, {
    hint: "begin with a slash and escape special characters, for example /healthz",
  });
}

export const httpPathField = (description: string) =>
  textField<string>({ description, examples: ["/healthz"] }, parseHttpPath, (value) => value);
