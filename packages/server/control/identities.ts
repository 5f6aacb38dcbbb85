/**
 * What proxies and workloads of one service know each other by, where a tier asks for that: an authority of the service's
 * own, which signs for nobody else, and a certificate for its proxies and for each such tier. Made and renewed within the
 * round that needs them, and kept over restarts.
 */
import type { SealedValue } from "@netwright/api";
import { projectKey, type ServiceIdentity } from "@netwright/compiler";
import type { Clock, Entropy, Instant } from "@netwright/base";
import { internalName, proxyIdentity, type Store, type StoreWrite } from "@netwright/contract";
import type { Authority } from "../ca/authority.ts";
import type { Sealer } from "../secrets/sealer.ts";
import type { World } from "./world.ts";

interface Leaf {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Certificate, then private key, PEM. */
  readonly pem: SealedValue;
}

interface Identity {
  /** PEM. */
  readonly authority: string;
  readonly authorityKey: SealedValue;
  readonly proxy: Leaf;
  /** By tier. */
  readonly tiers: Readonly<Record<string, Leaf>>;
}

interface Prepared {
  readonly identities: ReadonlyMap<string, ServiceIdentity>;
  /** By digest: certificate and private key, PEM, in base64. */
  readonly values: ReadonlyMap<string, string>;
  readonly writes: readonly StoreWrite[];
  readonly done: () => void;
}

/** What the compiler is given. What did not change are the same values. */
export type Identified = Pick<Prepared, "identities" | "values">;

const nothing: Identified = { identities: new Map(), values: new Map() };

const prefix = "identity/";
/** Short, because nobody but Netwright has to do with them. */
const days = 30;

export class Identities {
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  #kept: ReadonlyMap<string, Identity>;
  #shown: Identified = nothing;

  constructor(store: Store, sealer: Sealer, clock: Clock, entropy: Entropy) {
    this.#sealer = sealer;
    this.#clock = clock;
    this.#entropy = entropy;
    const { records } = store.list(prefix);
    this.#kept = new Map(records.map(({ key, value }) => [key.slice(prefix.length), JSON.parse(value) as Identity]));
    this.#shown = this.#show(this.#kept);
  }

  /** What this ledger needs, and the step that makes it so. */
  async prepare({ ledger }: Pick<World, "ledger">): Promise<Prepared> {
    const wanted = wantedTiers(ledger);
    const kept = new Map<string, Identity>();
    const writes: StoreWrite[] = [];
    for (const [key, tiers] of wanted) {
      const known = this.#kept.get(key);
      const next = await this.#identity(key, tiers, known);
      kept.set(key, next);
      if (next !== known) writes.push({ kind: "Put", key: prefix + key, value: JSON.stringify(next) });
    }
    for (const key of this.#kept.keys()) if (!wanted.has(key)) writes.push({ kind: "Delete", key: prefix + key });
    if (writes.length === 0) return { ...this.#shown, writes, done: () => {} };
    const shown = this.#show(kept);
    return { ...shown, writes, done: () => void ([this.#kept, this.#shown] = [kept, shown]) };
  }

  /** True when one is to be renewed. */
  anyDue(): boolean {
    return [...this.#kept.values()].some(({ proxy, tiers }) => [proxy, ...Object.values(tiers)].some(this.#isDue));
  }

  #show(kept: ReadonlyMap<string, Identity>): Identified {
    const { identities: before, values } = this.#shown;
    const identities = new Map(
      [...kept].map(([key, identity]) => {
        const shown = this.#kept.get(key) === identity ? before.get(key) : undefined;
        return [key, shown ?? shownOf(identity)];
      }),
    );
    const leaves = [...kept.values()].flatMap(({ proxy, tiers }) => [proxy, ...Object.values(tiers)]);
    const valueOf = (pem: SealedValue): string => values.get(pem.digest) ?? this.#sealer.open(pem).toString("base64");
    return { identities, values: new Map(leaves.map(({ pem }) => [pem.digest, valueOf(pem)])) };
  }

  /** `known` itself when nothing is due. */
  async #identity(key: string, tiers: ReadonlySet<string>, known: Identity | undefined): Promise<Identity> {
    const service = key.slice(key.indexOf("/") + 1);
    const isCurrent = (leaf: Leaf | undefined): boolean => leaf !== undefined && !this.#isDue(leaf);
    const isSame = known !== undefined && Object.keys(known.tiers).length === tiers.size;
    if (isSame && [known.proxy, ...[...tiers].map((tier) => known.tiers[tier])].every(isCurrent)) return known;
    const authority = await this.#authority(known);
    const fresh = async (leaf: Leaf | undefined, usages: Usages, ...hostnames: readonly string[]): Promise<Leaf> =>
      leaf !== undefined && !this.#isDue(leaf) ? leaf : this.#leaf(authority, usages, hostnames);
    const proxy = await fresh(known?.proxy, ["Client"], proxyIdentity(service));
    const leaves: [string, Leaf][] = [];
    for (const tier of [...tiers].toSorted()) {
      const names = [internalName(service, tier), internalName(service)];
      // Hosts ask their instances for their health in the instances' own name.
      leaves.push([tier, await fresh(known?.tiers[tier], ["Server", "Client"], ...names)]);
    }
    const { certificate, key: authorityKey } = authority.pem;
    const sealed = known?.authorityKey ?? this.#sealer.seal(Buffer.from(authorityKey, "utf8"));
    return { authority: certificate, authorityKey: sealed, proxy, tiers: Object.fromEntries(leaves) };
  }

  /** Its key cannot be had for anything else, whatever service has the name later. */
  async #authority(known: Identity | undefined): Promise<Authority> {
    const { createAuthority, loadAuthority } = await import("../ca/authority.ts");
    if (known === undefined) return createAuthority(this.#entropy, this.#clock);
    const key = this.#sealer.open(known.authorityKey).toString("utf8");
    return loadAuthority({ certificate: known.authority, key }, this.#entropy, this.#clock);
  }

  async #leaf(authority: Authority, usages: Usages, hostnames: readonly string[]): Promise<Leaf> {
    const { certificate, key, notAfter } = await authority.issue({ hostnames, usages, days });
    const pem = this.#sealer.seal(Buffer.from(`${certificate.trim()}\n${key.trim()}\n`, "utf8"));
    return { notBefore: this.#clock.now(), notAfter, pem };
  }

  readonly #isDue = ({ notBefore, notAfter }: Leaf): boolean =>
    notAfter - this.#clock.now() < (notAfter - notBefore) / 3;
}

type Usages = readonly ("Server" | "Client")[];

/** By service: tiers whose instances, as they are or as they were, are known by certificates. */
function wantedTiers(ledger: World["ledger"]): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const entry of ledger.values()) {
    if (entry.kind !== "Template" || entry.run.tls === undefined) continue;
    const key = projectKey(entry.project, entry.service);
    wanted.set(key, (wanted.get(key) ?? new Set()).add(entry.tier));
  }
  return wanted;
}

const shownOf = ({ authority, proxy, tiers }: Identity): ServiceIdentity => ({
  authority,
  proxy: proxy.pem.digest,
  tiers: new Map(Object.entries(tiers).map(([tier, { pem }]) => [tier, pem.digest])),
});
