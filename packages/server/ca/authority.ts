/**
 * The built-in certificate authority: issues certificates that clients of a lab or a private network trust through one
 * root. ECDSA P-256 throughout (RFC 5480), profile by RFC 5280. Holds no files: storage is the caller's.
 * Loading this module costs about as much as starting Node: import it only when a certificate is needed.
 */
// The library injects its parts by metadata, which must be there before it is loaded.
// oxlint-disable-next-line import/no-unassigned-import
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { messageOf, NetwrightError, type Clock, type Entropy, type Instant } from "@netwright/base";

type CryptoKey = webcrypto.CryptoKey;

cryptoProvider.set(webcrypto as never);

export interface AuthorityPem {
  /** The root certificate, PEM (RFC 7468). */
  readonly certificate: string;
  /** Its private key, PKCS #8 PEM. Whoever has it can be anybody. */
  readonly key: string;
}

export interface CertificateRequest {
  /** DNS names; a leading `*.` is a wildcard (RFC 9525). */
  readonly hostnames?: readonly string[];
  /** IPv6 or IPv4 addresses. */
  readonly addresses?: readonly string[];
  /** Who shows it; servers alone when absent. */
  readonly usages?: readonly ("Server" | "Client")[];
  /** Days of validity from now, 90 when absent; never beyond the root's own. */
  readonly days?: number;
}

export interface IssuedCertificate {
  /** Leaf first, then the root, PEM. */
  readonly certificate: string;
  /** Private key, PKCS #8 PEM. */
  readonly key: string;
  readonly notAfter: Instant;
}

export interface Authority {
  /** What to store, and to load again. */
  readonly pem: AuthorityPem;
  readonly notAfter: Instant;
  /** @throws NW1203 when there is no name at all or one that cannot be in a certificate. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const purposes = { Server: ExtendedKeyUsage.serverAuth, Client: ExtendedKeyUsage.clientAuth } as const;
const day = 24 * 60 * 60 * 1000;
const rootDays = 3652;
const leafDays = 90;
/** Clocks of clients may be behind. */
const backdate = 5 * 60 * 1000;

/** A new root with a new key. Keys come from the crypto library's own generator, serial numbers from `entropy`. */
export async function createAuthority(entropy: Entropy, clock: Pick<Clock, "now">): Promise<Authority> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(entropy),
    // The number keeps the roots of several installations apart, for people and for verifiers.
    name: [{ O: ["Netwright"] }, { CN: [`Netwright root ${hex(entropy.bytes(4))}`] }],
    ...validity(clock.now(), rootDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      // oxlint-disable-next-line no-bitwise
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(root, keys.privateKey, entropy, clock);
}

/** @throws NW1509 when the stored texts are not a root and its key. */
export async function loadAuthority(
  pem: AuthorityPem,
  entropy: Entropy,
  clock: Pick<Clock, "now">,
): Promise<Authority> {
  try {
    const root = new X509Certificate(pem.certificate);
    const [der] = PemConverter.decode(pem.key);
    if (der === undefined) throw new NetwrightError("NW1509", "there is no private key");
    const key = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
    await assertPair(root, key);
    return await authority(root, key, entropy, clock);
  } catch (cause) {
    throw new NetwrightError("NW1509", `the stored certificate authority cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function assertPair(root: X509Certificate, key: CryptoKey): Promise<void> {
  const text = new Uint8Array(16);
  const signature = await webcrypto.subtle.sign(algorithm, key, text);
  const publicKey = await root.publicKey.export(algorithm, ["verify"]);
  const ours = await webcrypto.subtle.verify(algorithm, publicKey, signature, text);
  if (!ours) throw new NetwrightError("NW1509", "the key is not the certificate's");
}

async function authority(
  root: X509Certificate,
  rootKey: CryptoKey,
  entropy: Entropy,
  clock: Pick<Clock, "now">,
): Promise<Authority> {
  const pem = { certificate: lines(root.toString("pem")), key: await keyPem(rootKey) };
  const notAfter = root.notAfter.getTime() as Instant;
  return {
    pem,
    notAfter,
    issue: async (request) => {
      const keys = await generateKeys();
      const { notBefore, notAfter: end } = validity(clock.now(), request.days ?? leafDays);
      const leaf = await X509CertificateGenerator.create({
        serialNumber: serialNumber(entropy),
        // Names stand in the alternative name alone (RFC 9525 section 2); with no subject that one is critical.
        subject: [],
        issuer: root.subjectName,
        notBefore,
        notAfter: new Date(Math.min(end.getTime(), notAfter)),
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey: rootKey,
        extensions: [
          new SubjectAlternativeNameExtension(alternativeNames(request), true),
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension((request.usages ?? ["Server"]).map((usage) => purposes[usage])),
          await AuthorityKeyIdentifierExtension.create(root.publicKey),
          await SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return {
        certificate: lines(leaf.toString("pem")) + pem.certificate,
        key: await keyPem(keys.privateKey),
        notAfter: leaf.notAfter.getTime() as Instant,
      };
    },
  };
}

type AlternativeName = { readonly type: "dns" | "ip"; readonly value: string };

function alternativeNames({ hostnames = [], addresses = [] }: CertificateRequest): AlternativeName[] {
  const bad = hostnames.find(
    (name) => !/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name),
  );
  if (bad !== undefined)
    throw new NetwrightError("NW1203", `${JSON.stringify(bad)} cannot be the name in a certificate`);
  if (hostnames.length + addresses.length === 0) throw new NetwrightError("NW1203", "a certificate needs a name");
  return [
    ...hostnames.map((value) => ({ type: "dns", value }) as const),
    ...addresses.map((value) => ({ type: "ip", value }) as const),
  ];
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** Certificates count in whole seconds. */
function validity(now: Instant, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const second = now - (now % 1000);
  return { notBefore: new Date(second - backdate), notAfter: new Date(second + days * day) };
}

/** 128 bits nobody can guess, positive and without leading zeros (RFC 5280 section 4.1.2.2). */
function serialNumber(entropy: Entropy): string {
  const text = hex(entropy.bytes(16));
  return `${"4567"[parseInt(text.slice(0, 1), 16) % 4]}${text.slice(1)}`;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function keyPem(key: CryptoKey): Promise<string> {
  return lines(PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY"));
}

/** PEM texts are put one after the other: each ends its last line. */
const lines = (pem: string): string => `${pem.trim()}\n`;
