import { NetwrightError } from "@netwright/base";
import type { TsigKey } from "@netwright/drivers/dns-rfc2136/index.ts";

/** Reads a key as tsig-keygen(8) prints it. @throws NW1107 for another text; the secret is never quoted. */
export function parseTsigKey(text: string, file: string): TsigKey {
  const name = /\bkey\s+"?([A-Za-z0-9._-]+)"?\s*\{/.exec(text)?.[1];
  const algorithm = /\balgorithm\s+"?(hmac-sha(?:256|384|512))"?\s*;/i.exec(text)?.[1]?.toLowerCase();
  const secret = /\bsecret\s+"([A-Za-z0-9+/]+={0,2})"\s*;/.exec(text)?.[1];
  if (name !== undefined && algorithm !== undefined && secret !== undefined)
    return { name, algorithm: algorithm as TsigKey["algorithm"], secret };
  throw new NetwrightError("NW1107", `${file} holds no TSIG key`, {
    hint: 'write it as tsig-keygen(8) does: key "NAME" { algorithm hmac-sha256; secret "BASE64"; };',
  });
}
