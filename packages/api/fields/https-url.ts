/** Addresses of services of others: https only, without credentials. */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

/** @throws NW1203. @returns the canonical text. */
export function parseHttpsUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const refuse = (why: string): never => {
    throw new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, 100))} ${why}`, {
      hint: "for example https://acme-v02.api.letsencrypt.org/directory",
    });
  };
  if (url === undefined) return refuse("is not a URL");
  if (url.protocol !== "https:") return refuse("is not an https URL");
  if (url.username !== "" || url.password !== "" || url.hash !== "")
    return refuse("has a user, a password or a fragment");
  return url.href;
}

export const httpsUrlField = (description: string) =>
  textField<string>(
    { description, examples: ["https://acme-v02.api.letsencrypt.org/directory"] },
    parseHttpsUrl,
    (url) => url,
  );
