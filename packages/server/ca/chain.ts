/** Whether a certificate and a key that came from elsewhere can be served. Quotes nothing of a key. */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { formatInstant, type Instant } from "@netwright/base";

export interface ServedCertificate {
  /** Chain, then key, PEM, as HAProxy loads it. */
  readonly pem: string;
  /** Within these times every certificate of the chain is valid that clients look at. */
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

export interface Complaint {
  /** Which of the two it is about, as a Secret of type TLS calls it. */
  readonly key: "tls.crt" | "tls.key";
  /** A sentence about that. */
  readonly message: string;
}

interface Pair {
  readonly blocks: readonly string[];
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
  readonly key: KeyObject;
}

/** Its times are not judged: see `timeComplaint`. */
export function servedCertificate(chain: string, key: string, hostname: string): ServedCertificate | Complaint {
  const pair = readPair(chain, key);
  if ("message" in pair) return pair;
  const { blocks, certificates } = pair;
  const wrong = nameComplaint(certificates[0], hostname);
  if (wrong !== undefined) return wrong;
  const plainKey = pair.key.export({ format: "pem", type: "pkcs8" }) as string;
  // Clients have their own root, whatever stands here.
  const judged = certificates.filter((each, index) => index === 0 || each.subject !== each.issuer);
  return {
    pem: `${blocks.join("\n")}\n${plainKey.trim()}\n`,
    notBefore: Math.max(...judged.map(({ validFrom }) => Date.parse(validFrom))) as Instant,
    notAfter: Math.min(...judged.map(({ validTo }) => Date.parse(validTo))) as Instant,
  };
}

/** What is wrong with a chain and a key, whatever they are for; undefined when nothing is. */
export function pairComplaint(chain: string, key: string): Complaint | undefined {
  const pair = readPair(chain, key);
  return "message" in pair ? pair : undefined;
}

/** Undefined while it may be served. */
export function timeComplaint(
  { notBefore, notAfter }: Omit<ServedCertificate, "pem">,
  now: Instant,
): string | undefined {
  if (notAfter <= now) return `expired at ${formatInstant(notAfter)}`;
  return notBefore > now ? `is not valid before ${formatInstant(notBefore)}` : undefined;
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readPair(chain: string, text: string): Pair | Complaint {
  const blocks = chain.match(block) ?? [];
  const read = blocks.map((pem) => orUndefined(() => new X509Certificate(pem)));
  const damaged = read.indexOf(undefined);
  if (damaged !== -1) return crt(`is no certificate chain: certificate ${damaged + 1} cannot be read`);
  const [leaf, ...above] = read.filter((each) => each !== undefined);
  if (leaf === undefined) return crt("is no certificate chain in PEM");
  if (/ENCRYPTED/.test(text)) return { key: "tls.key", message: "is encrypted: take its passphrase away" };
  const key = orUndefined(() => createPrivateKey(text));
  if (key === undefined) return { key: "tls.key", message: "is no private key in PEM" };
  const certificates = [leaf, ...above] as const;
  return ownerComplaint(certificates, key) ?? profileComplaint(certificates) ?? { blocks, certificates, key };
}

function ownerComplaint(certificates: Pair["certificates"], key: KeyObject): Complaint | undefined {
  const owner = certificates.findIndex((each) => each.checkPrivateKey(key));
  if (owner === -1) return { key: "tls.key", message: "does not belong to the first certificate of tls.crt" };
  if (owner > 0) return crt(`is in the wrong order: the key is that of certificate ${owner + 1}, which goes first`);
  const broken = certificates.findIndex((each, index) => {
    const issuer = certificates[index + 1];
    return issuer !== undefined && !(each.checkIssued(issuer) && each.verify(issuer.publicKey));
  });
  return broken === -1 ? undefined : crt(`is no chain: certificate ${broken + 1} is not signed by the one after it`);
}

const [serverAuth, anyUsage] = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];
const curves: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const smallestRsa = 2048;

/** What common clients, or HAProxy, would refuse. */
function profileComplaint(certificates: Pair["certificates"]): Complaint | undefined {
  // Absent, it is for everything (RFC 5280 section 4.2.1.12).
  const usages = certificates[0].keyUsage as readonly string[] | undefined;
  if (usages !== undefined && !usages.some((usage) => usage === serverAuth || usage === anyUsage))
    return crt("is not for servers: its extended key usage lacks serverAuth");
  for (const [index, each] of certificates.entries()) {
    const which = `certificate ${index + 1}`;
    const weakness = weaknessOf(each.publicKey);
    if (weakness !== undefined)
      return crt(`has ${weakness} in ${which}: take ECDSA P-256, or RSA with ${smallestRsa} bits or more`);
    const isRoot = each.subject === each.issuer;
    if (!isRoot && /sha1|md5/i.test(each.signatureAlgorithm ?? ""))
      return crt(`has a signature in ${which} that clients refuse: ${each.signatureAlgorithm}`);
  }
  return undefined;
}

function weaknessOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = "" } = asymmetricKeyDetails;
  if (asymmetricKeyType === "rsa" || asymmetricKeyType === "rsa-pss")
    return modulusLength < smallestRsa ? `an RSA key of ${modulusLength} bits` : undefined;
  if (asymmetricKeyType === "ec") return curves.has(namedCurve) ? undefined : `a key on curve ${namedCurve}`;
  return `a key of type ${asymmetricKeyType ?? "unknown"}, which browsers do not know`;
}

function nameComplaint(leaf: X509Certificate, hostname: string): Complaint | undefined {
  return leaf.checkHost(hostname, { subject: "never" }) === undefined
    ? crt(`is not for ${hostname}, but for ${namesOf(leaf)}`)
    : undefined;
}

/** The names that it is for, as far as a person wants to read them. */
function namesOf({ subjectAltName = "" }: X509Certificate): string {
  const names = [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map(([, name]) => name);
  if (names.length === 0) return "no host name";
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}

const crt = (message: string): Complaint => ({ key: "tls.crt", message });

/** What OpenSSL says may quote what it read. */
function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
