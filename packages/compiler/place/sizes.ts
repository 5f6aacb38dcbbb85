/** How many instances tiers have: what their owners wrote, or with autoscale what was decided since. */
import { serviceChain, type Autoscale, type Service } from "@netwright/api";
import type { SizeEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Ledger } from "../ledger.ts";
import type { Applied, ObjectSet } from "../objects.ts";

type Entries = Pick<Ledger, "get">;

interface Sized {
  readonly name: string;
  readonly replicas: number;
  readonly autoscale?: Autoscale;
}

/** A person who changes `replicas` sets the size; what was decided before is of no account then. */
function sizeOf({ replicas, autoscale }: Sized, entry: SizeEntry | undefined): number {
  if (autoscale === undefined) return replicas;
  const size = entry?.base === replicas ? entry.replicas : replicas;
  return Math.min(autoscale.max, Math.max(autoscale.min, size));
}

const entryOf = (ledger: Entries, { metadata }: Service, tier: string): SizeEntry | undefined => {
  const entry = ledger.get(ledgerKeys.size(metadata.project, metadata.name, tier));
  return entry?.kind === "Size" ? entry : undefined;
};

/** As services were last: with the same sizes one stays the same value. */
const latest = new WeakMap<Service, Service>();

/** The service with the sizes that its tiers have now. Itself where it has no autoscale. */
export function sizedService(service: Service, ledger: Entries): Service {
  if (!isScaled(service)) return service;
  const sizes = service.spec.tiers.map((tier) => sizeOf(tier, entryOf(ledger, service, tier.name)));
  const known = latest.get(service);
  if (known?.spec.tiers.every(({ replicas }, index) => replicas === sizes[index]) === true) return known;
  const tiers = service.spec.tiers.map((tier, index) => ({ ...tier, replicas: sizes[index] ?? tier.replicas }));
  const sized = { ...service, spec: { ...service.spec, tiers } };
  latest.set(service, sized);
  return sized;
}

/** All services with the sizes that they have now. The same set where no service has autoscale. */
export function withSizes(objects: ObjectSet, ledger: Entries): ObjectSet {
  const scaled = [...objects.services].filter(([, { object }]) => isScaled(object));
  if (scaled.length === 0) return objects;
  const services = new Map<string, Applied<Service>>(objects.services);
  for (const [key, item] of scaled) services.set(key, { ...item, object: sizedService(item.object, ledger) });
  return { ...objects, services };
}

const isScaled = ({ spec }: Service): boolean => spec.tiers.some(({ autoscale }) => autoscale !== undefined);

/** What is to be written down for a tier to have this size from now on. */
export function sizeEntry({ metadata, spec }: Service, tier: string, replicas: number): SizeEntry {
  const base = serviceChain({ spec }).find(({ name }) => name === tier)?.replicas ?? replicas;
  return { kind: "Size", project: metadata.project, service: metadata.name, tier, replicas, base };
}
