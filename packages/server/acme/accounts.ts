/** The account at each issuer's authority: made when the issuer is applied, so that a wrong directory is known at once. */
import type { CertificateIssuer, SealedValue } from "@netwright/api";
import type { Clock, Entropy, Log } from "@netwright/base";
import type { Store } from "@netwright/contract";
import { Attempt, type Obstacle } from "./attempt.ts";
import { AcmeClient, type ExternalAccount } from "./client.ts";
import { AcmeFailure } from "./failure.ts";
import { newAccountKey, privateKey } from "./jws.ts";
import { accountPrefix, AcmeRecords, type AccountRecord } from "./records.ts";
import type { Sealer } from "../secrets/sealer.ts";
import type { AcmeTransport } from "./transport.ts";

export interface AccountDependencies {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly transport: (caBundle: string | undefined) => AcmeTransport;
  /** What the issuer's `externalAccountBinding` refers to; undefined where that is not there. */
  readonly externalKey: (issuer: CertificateIssuer) => SealedValue | undefined;
  /** Something new is to be said of this issuer. */
  readonly onIssuer: (name: string) => void;
}

interface Entry {
  issuer: CertificateIssuer;
  readonly attempt: Attempt;
  client: AcmeClient | undefined;
  /** Digest of the key that its account is bound with. */
  external: string | undefined;
}

export class Accounts {
  readonly #dependencies: AccountDependencies;
  readonly #records: AcmeRecords<AccountRecord>;
  readonly #entries = new Map<string, Entry>();

  constructor(dependencies: AccountDependencies) {
    this.#dependencies = dependencies;
    this.#records = new AcmeRecords(dependencies.store, dependencies.sealer, accountPrefix);
  }

  /** An account outlives its issuer: who applies that again has the same one. */
  want(issuers: ReadonlyMap<string, CertificateIssuer>): void {
    const { clock, entropy, externalKey } = this.#dependencies;
    for (const [name, entry] of this.#entries) {
      if (issuers.has(name)) continue;
      entry.attempt.reset();
      this.#entries.delete(name);
    }
    for (const [name, issuer] of issuers) {
      const entry = this.#entries.get(name);
      const external = externalKey(issuer)?.digest;
      if (entry === undefined)
        this.#entries.set(name, { issuer, attempt: new Attempt(clock, entropy), client: undefined, external });
      else if (entry.external === external && sameSpec(entry.issuer, issuer)) entry.issuer = issuer;
      else {
        entry.external = external;
        this.#replace(entry, issuer);
      }
    }
  }

  #replace(entry: Entry, issuer: CertificateIssuer): void {
    entry.issuer = issuer;
    entry.client = undefined;
    entry.attempt.reset();
  }

  /** Undefined until there is an account. */
  client(name: string): AcmeClient | undefined {
    return this.#entries.get(name)?.client;
  }

  account(name: string): string | undefined {
    return this.client(name) === undefined ? undefined : this.#records.get(name)?.url;
  }

  /** PKCS #8 PEM. */
  key(name: string): string | undefined {
    return this.#records.get(name)?.key;
  }

  obstacle(name: string): Obstacle | undefined {
    return this.#entries.get(name)?.attempt.obstacle;
  }

  /** The authority has forgotten the account: another is made, with the same key. */
  async lost(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    const record = this.#records.get(name);
    if (entry !== undefined) this.#replace(entry, entry.issuer);
    if (record === undefined) return;
    const { url: _, ...rest } = record;
    await this.#records.put(name, rest);
  }

  /** When the next one is to be tried; null when all is done or under way. */
  nextAt(): number | null {
    const waiting = [...this.#entries.values()].filter(
      ({ client, attempt }) => client === undefined && !attempt.isRunning,
    );
    return waiting.length === 0 ? null : Math.min(...waiting.map(({ attempt }) => attempt.retryAt));
  }

  /** Begins what is due. @returns what is under way because of that. */
  start(signal: AbortSignal): readonly Promise<void>[] {
    const { clock, log, onIssuer } = this.#dependencies;
    return [...this.#entries].flatMap(([name, entry]) => {
      const { attempt, client } = entry;
      if (client !== undefined || attempt.isRunning || attempt.retryAt > clock.now()) return [];
      const work = async (): Promise<void> => {
        const failure = await attempt.run((own) => this.#register(name, entry, own, signal), signal);
        if (failure !== undefined) log.warn("AcmeAccountFailed", { issuer: name, message: attempt.obstacle?.message });
        onIssuer(name);
      };
      return [work()];
    });
  }

  /** @param forGood the signal of the client, which outlives the attempt */
  async #register(name: string, entry: Entry, signal: AbortSignal, forGood: AbortSignal): Promise<void> {
    const { transport, clock, log } = this.#dependencies;
    const { issuer } = entry;
    const { directory, contact, caBundle } = issuer.spec.acme;
    const known = this.#records.get(name);
    let record =
      known?.directory === directory ? known : await this.#records.put(name, { directory, key: newAccountKey() });
    const client = new AcmeClient({
      directory,
      clock,
      transport: transport(caBundle),
      signal: forGood,
      account: record.url,
      key: privateKey(record.key),
    });
    if (record.url === undefined) {
      const url = await client.register(contact, this.#externalAccount(issuer));
      record = await this.#records.put(name, { ...record, url, contact });
      log.info("AcmeAccount", { issuer: name, account: url });
    } else if (JSON.stringify(record.contact) !== JSON.stringify(contact)) {
      await client.setContact(contact).catch(async (failure: unknown) => {
        if (failure instanceof AcmeFailure && failure.type === "accountDoesNotExist") await this.lost(name);
        throw failure;
      });
      await this.#records.put(name, { ...record, contact });
    }
    signal.throwIfAborted();
    entry.client = client;
  }

  /** @throws AcmeFailure when it is asked for and cannot be used. */
  #externalAccount(issuer: CertificateIssuer): ExternalAccount | undefined {
    const { sealer, externalKey } = this.#dependencies;
    const binding = issuer.spec.acme.externalAccountBinding;
    if (binding === undefined) return undefined;
    const sealed = externalKey(issuer);
    const secret = sealed === undefined ? "" : sealer.open(sealed).toString("utf8").trim();
    if (/^[A-Za-z0-9_+/-]{16,}={0,2}$/.test(secret)) return { keyId: binding.keyId, secret };
    const { name, key } = binding.secretRef;
    const message = `${key} of Secret ${name} is not the key that the authority gave out: that is base64url`;
    throw new AcmeFailure("NW1622", "AccountRefused", message);
  }
}

const sameSpec = (a: CertificateIssuer, b: CertificateIssuer): boolean =>
  a === b || JSON.stringify(a.spec) === JSON.stringify(b.spec);
