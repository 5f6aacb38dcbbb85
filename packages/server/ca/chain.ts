/** Whether a certificate and a key that came from elsewhere can be served for a name. Quotes nothing of a key. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { NetwrightError, type Instant } from "@netwright/base";

export interface ServedCertificate {
  /** Chain, then key, PEM, as HAProxy loads it. */
  readonly pem: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws NW1623 that says what is wrong, but for its times: those are judged when it is served. */
export function servedCertificate(chain: string, key: string, hostname: string): ServedCertificate {
  const blocks = chain.match(block) ?? [];
  const certificates = blocks.map((pem, index) =>
    orRefuse(() => new X509Certificate(pem), `certificate ${index + 1} of the chain cannot be read`),
  );
  const [leaf, ...above] = certificates;
  if (leaf === undefined) throw unusable("there is no certificate in PEM");
  const privateKey = orRefuse(() => createPrivateKey(key), "there is no private key in PEM without a passphrase");
  if (!leaf.checkPrivateKey(privateKey)) throw unusable("the private key is not that of the first certificate");
  if (leaf.checkHost(hostname, { subject: "never" }) === undefined)
    throw unusable(`it is not for ${hostname}, but for ${namesOf(leaf)}`);
  const broken = above.findIndex((issuer, index) => !(certificates[index]?.checkIssued(issuer) ?? true));
  if (broken !== -1) throw unusable(`certificate ${broken + 1} of the chain is not signed by the one after it`);
  const plainKey = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  return {
    pem: `${blocks.join("\n")}\n${plainKey.trim()}\n`,
    notBefore: Date.parse(leaf.validFrom) as Instant,
    notAfter: Date.parse(leaf.validTo) as Instant,
  };
}

/** The names that it is for, as far as a person wants to read them. */
function namesOf({ subjectAltName = "" }: X509Certificate): string {
  const names = [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map(([, name]) => name);
  if (names.length === 0) return "no host name";
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}

const unusable = (message: string): NetwrightError => new NetwrightError("NW1623", message);

/** What OpenSSL says may quote what it read. */
function orRefuse<T>(make: () => T, message: string): T {
  try {
    return make();
  } catch {
    throw unusable(message);
  }
}
