/** Signed messages of ACME (RFC 8555 section 6.2, RFC 7515) with ES256, and what is made of an account's key. Pure but for entropy of the signature. */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";

export interface SignedParts {
  readonly url: string;
  readonly nonce: string;
  /** URL of the account; null as long as there is none: then the key itself is sent. */
  readonly account: string | null;
  /** Null for what only reads (POST-as-GET). */
  readonly payload: object | null;
}

/** PKCS #8, PEM. */
export function newAccountKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ format: "pem", type: "pkcs8" }) as string;
}

export function signed(key: KeyObject, { url, nonce, account, payload }: SignedParts): string {
  const who = account === null ? { jwk: publicJwk(key) } : { kid: account };
  const text = payload === null ? "" : encoded(JSON.stringify(payload));
  return flattened({ alg: "ES256", ...who, nonce, url }, text, (input) =>
    sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }),
  );
}

/** Binds the account's key to one that the authority gave out elsewhere (RFC 8555 section 7.3.4). @param secret base64url */
export function externalBinding(key: KeyObject, keyId: string, secret: string, url: string): object {
  const input = encoded(JSON.stringify(publicJwk(key)));
  const text = flattened({ alg: "HS256", kid: keyId, url }, input, (signing) =>
    createHmac("sha256", Buffer.from(secret, "base64url")).update(signing).digest(),
  );
  return JSON.parse(text) as object;
}

export const privateKey = (pem: string): KeyObject => createPrivateKey(pem);

/** RFC 8555 section 8.1. */
export const keyAuthorization = (key: KeyObject, token: string): string => `${token}.${thumbprint(key)}`;

/** Content of the TXT record (RFC 8555 section 8.4). */
export const recordContent = (authorization: string): string =>
  createHash("sha256").update(authorization).digest("base64url");

/** RFC 7638: members in the order of their names, without white space. */
function thumbprint(key: KeyObject): string {
  return createHash("sha256")
    .update(JSON.stringify(publicJwk(key)))
    .digest("base64url");
}

function publicJwk(key: KeyObject): { crv: string; kty: string; x: string; y: string } {
  const { crv = "", kty = "", x = "", y = "" } = createPublicKey(key).export({ format: "jwk" });
  return { crv, kty, x, y };
}

const encoded = (text: string): string => Buffer.from(text).toString("base64url");

function flattened(header: object, payload: string, signature: (input: string) => Buffer): string {
  const secured = encoded(JSON.stringify(header));
  return JSON.stringify({
    protected: secured,
    payload,
    signature: signature(`${secured}.${payload}`).toString("base64url"),
  });
}
