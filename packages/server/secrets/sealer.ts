/**
 * Encrypts values before they are stored, and says what may be said of them. A box is AES-256-GCM over a random salt and
 * the value, under a key that is not in the store; the digest is SHA-256 over the same two, so that nobody who lacks the
 * key can try guesses against it.
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { SealedValue } from "@netwright/api";
import { NetwrightError, type Entropy } from "@netwright/base";

export interface SealingKey {
  /** Eight hexadecimal digits; stands in every box. */
  readonly id: string;
  /** 32 octets. */
  readonly key: Uint8Array;
}

/** In any text; boxes hold no character that JSON would escape. */
export const boxPattern = /nws1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)/g;

const algorithm = "aes-256-gcm";
/** Octets. 12 and 16 are what GCM is made for (NIST SP 800-38D section 5.2.1). */
const [nonceSize, tagSize, saltSize] = [12, 16, 16];

export class Sealer {
  readonly #keys: ReadonlyMap<string, SealingKey>;
  readonly #current: SealingKey;
  readonly #entropy: Entropy;

  /** @param keys the first one seals, all open */
  constructor(keys: readonly [SealingKey, ...SealingKey[]], entropy: Entropy) {
    [this.#current] = keys;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#entropy = entropy;
  }

  seal(value: Uint8Array): SealedValue & { readonly box: string } {
    const salted = Buffer.concat([this.#entropy.bytes(saltSize), value]);
    return { size: value.length, digest: digestOf(salted), box: this.#encrypt(salted) };
  }

  /** @throws NW1511 */
  open({ box, digest }: Pick<SealedValue, "box" | "digest">): Buffer {
    const salted = this.#decrypt(box ?? "");
    if (digestOf(salted) !== digest) throw unreadable("a stored secret is not what its digest says");
    return salted.subarray(saltSize);
  }

  /** The same content under the current key. */
  reseal(box: string): string {
    return this.#encrypt(this.#decrypt(box));
  }

  #encrypt(content: Uint8Array): string {
    const { id, key } = this.#current;
    const nonce = this.#entropy.bytes(nonceSize);
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(id));
    const sealed = Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
    return `nws1.${id}.${sealed.toString("base64url")}`;
  }

  #decrypt(box: string): Buffer {
    const [, id = "", text = ""] = box.split(".");
    const key = this.#keys.get(id);
    if (key === undefined)
      throw unreadable(`a stored secret is encrypted with key ${id}, which is not in the key file`);
    const octets = Buffer.from(text, "base64url");
    try {
      const decipher = createDecipheriv(algorithm, key.key, octets.subarray(0, nonceSize));
      decipher.setAAD(Buffer.from(id)).setAuthTag(octets.subarray(-tagSize));
      return Buffer.concat([decipher.update(octets.subarray(nonceSize, -tagSize)), decipher.final()]);
    } catch (cause) {
      throw unreadable(`key ${id} does not open what was encrypted with it`, cause);
    }
  }
}

const digestOf = (salted: Uint8Array): string => createHash("sha256").update(salted).digest("hex").slice(0, 32);

const unreadable = (message: string, cause?: unknown): NetwrightError =>
  new NetwrightError("NW1511", message, { hint: "put the key file back that belongs to this store", cause });
