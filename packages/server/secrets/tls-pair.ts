/** A Secret of type TLS must hold a certificate and the private key that belongs to it. */
import { createPrivateKey, X509Certificate } from "node:crypto";

/** What is wrong with it, as the key that it is about and a sentence; undefined when nothing is. Quotes nothing. */
export function tlsProblem(
  chain: string,
  privateKey: string,
): { readonly key: "tls.crt" | "tls.key"; readonly message: string } | undefined {
  const certificates = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const parsed = certificates.map((pem) => orUndefined(() => new X509Certificate(pem)));
  const [leaf] = parsed;
  if (leaf === undefined || parsed.includes(undefined))
    return { key: "tls.crt", message: "is no certificate chain in PEM" };
  const key = orUndefined(() => createPrivateKey(privateKey));
  if (key === undefined) return { key: "tls.key", message: "is no private key in PEM without a passphrase" };
  return leaf.checkPrivateKey(key)
    ? undefined
    : { key: "tls.key", message: "does not belong to the first certificate" };
}

/** What OpenSSL says may quote what it read. */
function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
