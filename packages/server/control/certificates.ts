/** Certificates of the hostnames that HTTPS listeners serve: issued once, kept over restarts, renewed in time. */
import type { Clock, Instant } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";
import type { World } from "./world.ts";

export interface Issued {
  /** Certificate chain, then private key, PEM. */
  readonly pem: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** Makes a certificate for a hostname. */
export type Issue = (hostname: string) => Promise<Issued>;

const prefix = "certificate/";

export class Certificates {
  readonly #issue: Issue;
  readonly #clock: Clock;
  #records: ReadonlyMap<string, Issued>;
  #pems: ReadonlyMap<string, string>;

  constructor(store: Store, clock: Clock, issue: Issue) {
    this.#issue = issue;
    this.#clock = clock;
    this.#records = new Map(
      store.list(prefix).records.map(({ key, value }) => [key.slice(prefix.length), JSON.parse(value) as Issued]),
    );
    this.#pems = pemsOf(this.#records);
  }

  /** By hostname. The same value until one changes. */
  pems(): ReadonlyMap<string, string> {
    return this.#pems;
  }

  /** What these objects need: `pems` as they would be, what to commit for that, and the step that makes it so. */
  async prepare(world: Pick<World, "objects" | "ledger">): Promise<{
    readonly pems: ReadonlyMap<string, string>;
    readonly writes: readonly StoreWrite[];
    readonly done: () => void;
  }> {
    const wanted = hostnamesOf(world);
    const records = new Map<string, Issued>();
    const writes: StoreWrite[] = [];
    for (const hostname of wanted) {
      const known = this.#records.get(hostname);
      const record = known !== undefined && !this.#isDue(known) ? known : await this.#issue(hostname);
      records.set(hostname, record);
      if (record !== known) writes.push({ kind: "Put", key: prefix + hostname, value: JSON.stringify(record) });
    }
    for (const hostname of this.#records.keys())
      if (!wanted.has(hostname)) writes.push({ kind: "Delete", key: prefix + hostname });
    if (writes.length === 0) return { pems: this.#pems, writes, done: () => {} };
    const pems = pemsOf(records);
    return { pems, writes, done: () => void ([this.#records, this.#pems] = [records, pems]) };
  }

  /** True when one has less than a third of its life left, so that renewing can fail for long. */
  anyDue(): boolean {
    return [...this.#records.values()].some((record) => this.#isDue(record));
  }

  #isDue({ notBefore, notAfter }: Issued): boolean {
    return notAfter - this.#clock.now() < (notAfter - notBefore) / 3;
  }
}

const pemsOf = (records: ReadonlyMap<string, Issued>): ReadonlyMap<string, string> =>
  new Map([...records].map(([hostname, { pem }]) => [hostname, pem]));

/** Of services as they are, and as they were as far as something of that is left. */
function hostnamesOf({ objects, ledger }: Pick<World, "objects" | "ledger">): ReadonlySet<string> {
  const present = [...objects.services.values()].map(({ object }) => object);
  const former = [...ledger.values()].flatMap((entry) => (entry.kind === "Former" ? [entry.object] : []));
  const listeners = [...present, ...former].flatMap(({ spec }) => spec.expose);
  return new Set(listeners.filter(({ protocol }) => protocol === "HTTPS").map(({ hostname }) => hostname));
}
