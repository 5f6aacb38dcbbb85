/** Rules of one CertificateIssuer that its schema cannot say. */
import { X509Certificate } from "node:crypto";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { CertificateIssuer } from "./schema.ts";

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

export function validateCertificateIssuer({ spec }: CertificateIssuer): readonly Finding[] {
  const { caBundle } = spec.acme;
  if (caBundle === undefined) return [];
  const path = ["spec", "acme", "caBundle"];
  const hint = "write certificates as -----BEGIN CERTIFICATE----- blocks, under caBundle: |";
  if (caBundle.includes("PRIVATE KEY"))
    return [finding("NW1203", path, "holds a private key", "write certificates only, and make that key anew")];
  const found = caBundle.match(block) ?? [];
  if (found.length === 0) return [finding("NW1203", path, "holds no certificate", hint)];
  const bad = found.findIndex((pem) => !isCertificate(pem));
  return bad === -1 ? [] : [finding("NW1203", path, `certificate ${bad + 1} of it cannot be read`, hint)];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).validTo !== "";
  } catch {
    return false;
  }
}
