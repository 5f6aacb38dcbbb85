/** Networks on first use: a VNI that no other has had, and a /64. Classes: one number per service's tier. */
import { serviceChain } from "@netwright/api";
import { formatPrefix, type Diagnostic, type Ipv6Prefix } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { NetworkEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { diagnose, projectKey, type ObjectSet } from "../objects.ts";
import type { Busy } from "../place/busy.ts";

const maxVni = 0xff_ffff;
const maxClass = 0xfffe;

/** fd00:0:1::/48; the lower 16 bits of the VNI choose the /64. Tenant prefixes may repeat, they never meet. */
const networkPrefix = (vni: number): Ipv6Prefix =>
  formatPrefix({ first: (0xfd00_0000_0001n << 80n) | (BigInt(vni & 0xffff) << 64n), length: 64 });

export function* allocateNetworks(objects: ObjectSet, draft: Draft, { services }: Busy): Generator<Diagnostic> {
  for (const { object } of objects.networks.values())
    yield* ensure(objects, draft, object.metadata.project, object.metadata.name);
  for (const { object } of services) {
    const { project } = object.metadata;
    const { network } = object.spec;
    if (!objects.networks.has(projectKey(project, network))) yield* ensure(objects, draft, project, network);
  }
}

function* ensure(objects: ObjectSet, draft: Draft, project: string, name: string): Generator<Diagnostic> {
  const key = ledgerKeys.network(project, name);
  const known = draft.get("Network", key);
  const written = objects.networks.get(projectKey(project, name));
  const prefix = written?.object.spec.prefix;
  if (known === undefined) {
    const vni = freeNumber(draft, ledgerKeys.vniCounter, maxVni, usedVnis);
    if (vni === undefined) return;
    draft.put(key, { kind: "Network", project, name, vni, prefix: prefix ?? networkPrefix(vni) });
    return;
  }
  const wanted = prefix ?? networkPrefix(known.vni);
  if (wanted === known.prefix) return;
  if (!inUse(draft, known)) draft.put(key, { ...known, prefix: wanted });
  else if (written !== undefined) {
    yield diagnose(
      "NW1303",
      written,
      ["spec", "prefix"],
      `instances have addresses in ${known.prefix}; the prefix cannot change now`,
      "delete the services in this network first, or make another network",
    );
  }
}

const inUse = (draft: Draft, { project, name }: NetworkEntry): boolean =>
  draft.all("Instance").some(([, each]) => each.project === project && each.network === name);

const usedVnis = (draft: Draft): ReadonlySet<number> => new Set(draft.all("Network").map(([, { vni }]) => vni));

/** Gives every tier with an address its class. A service that moved to another network gets new ones. */
export function* allocateClasses(draft: Draft, { services }: Busy): Generator<Diagnostic> {
  for (const item of services) {
    const { object } = item;
    const { project, name: service } = object.metadata;
    const network = draft.get("Network", ledgerKeys.network(project, object.spec.network));
    if (network === undefined) {
      yield diagnose("NW1403", item, ["spec", "network"], "all VXLAN network identifiers are in use");
      continue;
    }
    for (const { name: tier, role, field } of serviceChain(object)) {
      const key = ledgerKeys.class(project, service, tier);
      if (role === "LoadBalancer" || draft.get("Class", key)?.network === network.name) continue;
      const id = freeNumber(draft, ledgerKeys.classCounter(network.vni), maxClass, () => usedClasses(draft, network));
      if (id === undefined)
        yield diagnose("NW1403", item, field, `network ${network.name} has no class number left for tier ${tier}`);
      else draft.put(key, { kind: "Class", project, network: network.name, service, tier, id });
    }
  }
}

function usedClasses(draft: Draft, { project, name }: NetworkEntry): ReadonlySet<number> {
  const ours = (each: { readonly project: string; readonly network: string }): boolean =>
    each.project === project && each.network === name;
  const classes = draft
    .all("Class")
    .filter(([, each]) => ours(each))
    .map(([, { id }]) => id);
  const instances = draft
    .all("Instance")
    .filter(([, each]) => ours(each))
    .map(([, each]) => each.class);
  return new Set([...classes, ...instances]);
}

/** The next number of the counter; once it has passed the end, the lowest that nothing refers to. */
function freeNumber(
  draft: Draft,
  counter: string,
  max: number,
  used: (draft: Draft) => ReadonlySet<number>,
): number | undefined {
  if ((draft.get("Counter", counter)?.next ?? 1) <= max) return draft.count(counter);
  const taken = used(draft);
  for (let number = 1; number <= max; number++) if (!taken.has(number)) return number;
  return undefined;
}
