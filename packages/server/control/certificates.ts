/**
 * Certificates of the hostnames that HTTPS listeners serve. Those of the built-in authority are made here, within the
 * round that needs them; those of others arrive when they are ready. Kept over restarts, and served until others take
 * their place.
 */
import type { CertificateIssuer, HttpsListener, Service } from "@netwright/api";
import { issuerOf } from "@netwright/compiler";
import type { Clock, Instant } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";
import { openText, sealText, type SealedText } from "../secrets/sealed-text.ts";
import type { Sealer } from "../secrets/sealer.ts";
import type { World } from "./world.ts";

export interface Issued {
  /** Certificate chain, then private key, PEM. */
  readonly pem: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Name of a CertificateIssuer; absent: the built-in authority. */
  readonly issuer?: string;
  /** When it was had from there. */
  readonly since?: Instant;
}

/** Makes a certificate for a hostname. */
export type Issue = (hostname: string) => Promise<Issued>;

const prefix = "certificate/";

interface Offer {
  readonly issued: Issued;
  readonly writes: readonly StoreWrite[];
}

export class Certificates {
  readonly #sealer: Sealer;
  readonly #issue: Issue;
  readonly #clock: Clock;
  readonly #onOffer: () => Promise<void>;
  readonly #offers = new Map<string, Offer>();
  #records: ReadonlyMap<string, Issued>;
  #pems: ReadonlyMap<string, string>;
  #expired: ReadonlySet<string> = new Set();

  /** @param onOffer carries a round out */
  constructor(store: Store, sealer: Sealer, clock: Clock, issue: Issue, onOffer: () => Promise<void>) {
    this.#sealer = sealer;
    this.#issue = issue;
    this.#clock = clock;
    this.#onOffer = onOffer;
    this.#records = new Map(
      store.list(prefix).records.map(({ key, value }) => {
        const stored = JSON.parse(value) as Omit<Issued, "pem"> & { readonly pem: SealedText };
        return [key.slice(prefix.length), { ...stored, pem: openText(sealer, stored.pem) }];
      }),
    );
    this.#pems = pemsOf(this.#records);
  }

  /** What is served for a hostname. */
  record(hostname: string): Issued | undefined {
    return this.#records.get(hostname);
  }

  /** One that another authority has made. @param writes what else belongs into its transaction. Resolves when it is stored. */
  async offer(hostname: string, issued: Issued, writes: readonly StoreWrite[]): Promise<void> {
    this.#offers.set(hostname, { issued, writes });
    await this.#onOffer();
  }

  /** What these objects need: `pems` as they would be, what to commit for that, and the step that makes it so. */
  async prepare(world: Pick<World, "objects" | "ledger">): Promise<{
    readonly pems: ReadonlyMap<string, string>;
    readonly writes: readonly StoreWrite[];
    readonly done: () => void;
  }> {
    const wanted = wantedNames(world);
    const records = new Map<string, Issued>();
    const writes: StoreWrite[] = [];
    const offers = new Map(this.#offers);
    for (const { writes: more } of offers.values()) writes.push(...more);
    for (const [hostname, issuer] of wanted) {
      const known = this.#records.get(hostname);
      const record = offers.get(hostname)?.issued ?? (await this.#standing(hostname, issuer, known));
      if (record === undefined) continue;
      records.set(hostname, record);
      if (record !== known) writes.push(this.#put(hostname, record));
    }
    for (const hostname of this.#records.keys())
      if (!wanted.has(hostname)) writes.push({ kind: "Delete", key: prefix + hostname });
    if (writes.length === 0) return { pems: this.#pems, writes, done: () => {} };
    const pems = pemsOf(records);
    const done = (): void => {
      [this.#records, this.#pems] = [records, pems];
      for (const [hostname, offer] of offers) if (this.#offers.get(hostname) === offer) this.#offers.delete(hostname);
    };
    return { pems, writes, done };
  }

  /** True when one of the built-in authority is to be renewed. */
  anyDue(): boolean {
    return [...this.#records.values()].some((record) => record.issuer === undefined && this.#isDue(record));
  }

  /** Hostnames whose certificate has expired since the last call, or has been replaced since then. */
  expiryChanges(): ReadonlySet<string> {
    const now = this.#clock.now();
    const expired = new Set(
      [...this.#records].filter(([, { notAfter }]) => notAfter <= now).map(([hostname]) => hostname),
    );
    const before = this.#expired;
    const changes = [...expired, ...before].filter((hostname) => expired.has(hostname) !== before.has(hostname));
    this.#expired = expired;
    return new Set(changes);
  }

  #put(hostname: string, record: Issued): StoreWrite {
    const value = JSON.stringify({ ...record, pem: sealText(this.#sealer, record.pem) });
    return { kind: "Put", key: prefix + hostname, value };
  }

  /** While another authority is being asked, what is served stays served. */
  async #standing(hostname: string, issuer: unknown, known: Issued | undefined): Promise<Issued | undefined> {
    const isBuiltIn = known !== undefined && known.issuer === undefined;
    if (issuer !== undefined && !isBuiltIn) return known;
    return isBuiltIn && !this.#isDue(known) ? known : this.#issue(hostname);
  }

  /** With less than a third of its life left, so that renewing can fail for long. */
  #isDue({ notBefore, notAfter }: Issued): boolean {
    return notAfter - this.#clock.now() < (notAfter - notBefore) / 3;
  }
}

const pemsOf = (records: ReadonlyMap<string, Issued>): ReadonlyMap<string, string> =>
  new Map([...records].map(([hostname, { pem }]) => [hostname, pem]));

/** By hostname: the issuer; undefined is the built-in authority. Also of services as they were, as far as something is left. */
function wantedNames({
  objects,
  ledger,
}: Pick<World, "objects" | "ledger">): ReadonlyMap<string, CertificateIssuer | undefined> {
  const former = [...ledger.values()].flatMap((entry) => (entry.kind === "Former" ? [entry.object] : []));
  const present = [...objects.services.values()].map(({ object }) => object);
  const listeners = [...former, ...present].flatMap(httpsListeners);
  return new Map(listeners.map((listener) => [listener.hostname, issuerOf(objects, listener)]));
}

/** By hostname: what is ordered from authorities that are not built in. */
export function orderedNames({ objects }: Pick<World, "objects">): ReadonlyMap<string, CertificateIssuer> {
  const listeners = [...objects.services.values()].flatMap(({ object }) => httpsListeners(object));
  return new Map(
    listeners.flatMap((listener) => {
      const issuer = issuerOf(objects, listener);
      return issuer === undefined ? [] : [[listener.hostname, issuer] as const];
    }),
  );
}

export const httpsListeners = ({ spec }: Pick<Service, "spec">): readonly HttpsListener[] =>
  spec.expose.filter((listener) => listener.protocol === "HTTPS");
