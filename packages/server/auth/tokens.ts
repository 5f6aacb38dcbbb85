/**
 * Bearer tokens (RFC 6750). A token is `nw_ID_SECRET`; the store holds its SHA-256 only. It has 256 bits of entropy,
 * so a plain hash is enough: there is nothing to guess.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { NewToken, Token, TokenRequest } from "@netwright/api";
import { formatInstant, NetwrightError, type Clock, type Entropy } from "@netwright/base";
import type { Store } from "@netwright/contract";
import type { Subject } from "./subject.ts";

interface TokenRecord extends Omit<Token, "project"> {
  /** Records that older versions wrote have none. */
  readonly project?: string | null;
  /** SHA-256 of the whole token, in hexadecimal. */
  readonly hash: string;
}

const prefix = "token/";
const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
const tokenOf = ({ hash: _, ...token }: TokenRecord): Token => ({ ...token, project: token.project ?? null });

export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #adminHash: Buffer;

  /** @param adminToken the first admin's token, which no record is kept of. */
  constructor(store: Store, clock: Clock, entropy: Entropy, adminToken: string) {
    this.#store = store;
    this.#clock = clock;
    this.#entropy = entropy;
    this.#adminHash = hashOf(adminToken);
  }

  /** Whose token it is; undefined for any other text. */
  verify(token: string): Subject | undefined {
    const hash = hashOf(token);
    if (timingSafeEqual(hash, this.#adminHash)) return { name: "admin", role: "Admin", node: null, project: null };
    const id = /^nw_([0-9a-f]{16})_/.exec(token)?.[1];
    const record = id === undefined ? undefined : this.#read(id);
    if (record === undefined || !timingSafeEqual(hash, Buffer.from(record.hash, "hex"))) return undefined;
    return { name: record.name, role: record.role, node: record.node, project: record.project ?? null };
  }

  /** The only moment at which the token itself is seen. */
  async create({ name, role, node, project }: TokenRequest): Promise<NewToken> {
    const id = Buffer.from(this.#entropy.bytes(8)).toString("hex");
    const secret = `nw_${id}_${Buffer.from(this.#entropy.bytes(32)).toString("base64url")}`;
    const createdAt = formatInstant(this.#clock.now());
    const token: Token = { id, name, role, node: node ?? null, project: project ?? null, createdAt };
    const record: TokenRecord = { ...token, hash: hashOf(secret).toString("hex") };
    await this.#store.commit([{ kind: "Put", key: prefix + id, value: JSON.stringify(record), ifRevision: 0 }]);
    return { ...token, secret };
  }

  /** @param project whose tokens; null: all. */
  list(project: string | null = null): readonly Token[] {
    const tokens = this.#store.list(prefix).records.map((record) => tokenOf(JSON.parse(record.value) as TokenRecord));
    return project === null ? tokens : tokens.filter((token) => token.project === project);
  }

  /** @param project one of whose tokens it must be; null: any. @throws NW1501 when there is no such token. */
  async remove(id: string, project: string | null = null): Promise<Token> {
    const record = this.#read(id);
    if (record === undefined || (project !== null && record.project !== project))
      throw new NetwrightError("NW1501", `there is no token ${id}`, { subject: `token/${id}` });
    await this.#store.commit([{ kind: "Delete", key: prefix + id }]);
    return tokenOf(record);
  }

  #read(id: string): TokenRecord | undefined {
    const record = /^[0-9a-f]{16}$/.test(id) ? this.#store.get(prefix + id) : undefined;
    return record === undefined ? undefined : (JSON.parse(record.value) as TokenRecord);
  }
}
