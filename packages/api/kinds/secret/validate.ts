/** Rules across fields of one Secret. No message quotes a value. */
import { base64Findings, keyFindings, octetsOf, sizeFindings, sourceFindings } from "../data-fields.ts";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { Secret } from "./schema.ts";

/** Keys of a Secret of type TLS. */
export const tlsKeys = ["tls.crt", "tls.key"] as const;

export function validateSecret({ spec }: Secret): readonly Finding[] {
  const { stringData = {}, data = {}, source = {}, sealed = {} } = spec;
  const written = { stringData, data, source };
  const octets =
    Object.values(stringData).reduce((sum, text) => sum + Buffer.byteLength(text), 0) +
    Object.values(data).reduce((sum, text) => sum + octetsOf(text), 0);
  return [
    ...keyFindings(written),
    ...base64Findings("data", data),
    ...sourceFindings(source),
    ...sizeFindings(octets),
    ...tlsFindings(
      spec,
      new Set([written, { sealed }].flatMap((fields) => Object.values(fields).flatMap(Object.keys))),
    ),
  ];
}

function tlsFindings({ type }: Secret["spec"], keys: ReadonlySet<string>): readonly Finding[] {
  if (type !== "TLS") return [];
  const missing = tlsKeys.filter((key) => !keys.has(key));
  const hint = "tls.crt is the certificate chain, tls.key its private key, both PEM";
  return missing.map((key) => finding("NW1202", ["spec"], `a Secret of type TLS needs the key ${key}`, hint));
}
