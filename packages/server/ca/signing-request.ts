/** Requests for certificates of other authorities (RFC 2986), and the name that such an authority gives one (RFC 9773). */
// The library injects its parts by metadata, which must be there before it is loaded.
// oxlint-disable-next-line import/no-unassigned-import
import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  cryptoProvider,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto as never);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** @param key PKCS #8 PEM of a P-256 key. @returns DER in base64url. */
export async function signingRequest(hostname: string, key: string): Promise<string> {
  const pkcs8 = createPrivateKey(key).export({ format: "der", type: "pkcs8" });
  const { d: _, ...open } = createPrivateKey(key).export({ format: "jwk" });
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]),
    webcrypto.subtle.importKey("jwk", open as webcrypto.JsonWebKey, algorithm, true, ["verify"]),
  ]);
  const request = await Pkcs10CertificateRequestGenerator.create({
    keys: { privateKey, publicKey },
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: "dns", value: hostname }])],
  });
  return Buffer.from(request.rawData).toString("base64url");
}

/** Key identifier of the issuer and serial number (RFC 9773 section 4.1); undefined for one that does not say who signed it. */
export function renewalId(pem: string): string | undefined {
  const certificate = new X509Certificate(pem);
  const issuer = certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  if (issuer === undefined) return undefined;
  const even = certificate.serialNumber.length % 2 === 0 ? certificate.serialNumber : `0${certificate.serialNumber}`;
  // The content of a DER integer: a first bit that is set would mean a negative number.
  const serial = /^[89a-f]/i.test(even) ? `00${even}` : even;
  return [issuer, serial].map((hex) => Buffer.from(hex, "hex").toString("base64url")).join(".");
}
