/**
 * Services in which a step can change nothing: an earlier one came to nothing, all that it looked at is the same, and time
 * does not matter to what there is.
 */
import { serviceChain, objectName, type ChainTier, type Service } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { unpinnedIn } from "../allocate/images.ts";
import type { Draft } from "../draft.ts";
import type { EntryGroup } from "../entry-group.ts";
import type { InstanceEntry, NetworkEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import { hasNeighbours, neighboursOf } from "../service-neighbours.ts";
import { hostPaths } from "../volumes.ts";
import type { Busy } from "./busy.ts";
import type { Explanation } from "./explanation.ts";
import type { Standing } from "./standing.ts";
import { isOver } from "./tier-rollout.ts";
import { volumesLost } from "./volumes.ts";

export interface CalmInput {
  readonly objects: ObjectSet;
  readonly draft: Draft;
  readonly observed: Observed;
  readonly standing: (host: string) => Standing;
  /** Hosts with instances which these may not stay on, or which are silent. */
  readonly troubled: ReadonlySet<string>;
}

export function calmInput(input: Omit<CalmInput, "troubled">): CalmInput {
  const { draft, observed, standing } = input;
  const hosts = [...draft.hosts].filter(
    (host) => standing(host).kind !== "Stays" || observed.nodes.get(host)?.ready === false,
  );
  return { ...input, troubled: new Set(hosts) };
}

/** All that a step looks at for a service that is as it should be, but for its entries. */
interface Sight {
  readonly service: Service;
  readonly network: NetworkEntry | undefined;
  readonly neighbours: readonly unknown[];
  /** What is not ready, in words; empty where all is. */
  readonly unready: string;
}

/** By a service's entries, what was there to see when a step came to nothing. */
const seen = new WeakMap<EntryGroup, Sight>();

/** True when a step is known to come to nothing. */
export function isCalm(input: CalmInput, key: string, service: Service): boolean {
  const group = input.draft.group(key);
  const before = group === undefined ? undefined : seen.get(group);
  if (group === undefined || before?.service !== service || isPinned(input, group)) return false;
  return (
    unreadyIn(input, group) === before.unready &&
    networkOf(input, service) === before.network &&
    hasNeighbours(input.objects, service, before.neighbours)
  );
}

/** Called at the end of a step: services for which it came to nothing are calm until something differs. */
export function noteCalm(
  input: CalmInput,
  { services }: Busy,
  said: { readonly diagnostics: readonly Diagnostic[]; readonly explanations: readonly Explanation[] },
): void {
  const blamed = new Set(said.diagnostics.map(({ subject }) => subject));
  const told = new Set(said.explanations.map(({ project, service }) => projectKey(project, service)));
  for (const { object } of services) {
    const key = projectKey(object.metadata.project, object.metadata.name);
    const group = input.draft.group(key);
    if (group === undefined || input.draft.isTouched(group) || told.has(key) || blamed.has(objectName(object)))
      continue;
    const sight = isSteady(input.draft, group, object) ? sightOf(input, group, object) : undefined;
    if (sight !== undefined) seen.set(group, sight);
  }
}

/** Undefined where an instance may not stay on its host: then time matters. */
function sightOf(input: CalmInput, group: EntryGroup, service: Service): Sight | undefined {
  const unready = unreadyIn(input, group);
  if (unready === undefined) return undefined;
  return { service, network: networkOf(input, service), neighbours: neighboursOf(input.objects, service), unready };
}

const networkKeys = new WeakMap<Service, string>();

function networkOf({ draft }: CalmInput, service: Service): NetworkEntry | undefined {
  const { metadata, spec } = service;
  const key = networkKeys.get(service) ?? ledgerKeys.network(metadata.project, spec.network);
  networkKeys.set(service, key);
  return draft.get("Network", key);
}

interface InstanceSeen {
  /** In what is observed; null: nothing is, of a load balancer. */
  readonly key: string | null;
  readonly host: string;
}

const instancesSeen = ({ instances }: EntryGroup): readonly InstanceSeen[] =>
  instances.map(({ project, id, host, role }) => ({
    key: role === "LoadBalancer" ? null : projectKey(project, id),
    host,
  }));

/** Undefined where one of them may not stay on its host. */
function unreadyIn({ observed, standing, troubled }: CalmInput, group: EntryGroup): string | undefined {
  let unready = "";
  for (const { key, host } of group.derive(instancesSeen)) {
    if (troubled.has(host)) {
      if (standing(host).kind !== "Stays") return undefined;
      unready += `${host};`;
    }
    const phase = key === null ? "Ready" : observed.instances.get(key)?.phase;
    if (phase !== "Ready") unready += `${key} ${phase};`;
  }
  return unready;
}

/** True when somebody has looked up what an image of it stands for. */
const isPinned = ({ observed: { images } }: CalmInput, group: EntryGroup): boolean =>
  images !== undefined && group.derive(unpinnedIn).some((name) => images.has(name));

/** True when it is all that it should be, nothing of it is on its way, and none of it waits for a time. */
function isSteady(draft: Draft, group: EntryGroup, service: Service): boolean {
  const chain = serviceChain(service);
  const tiers = Map.groupBy(group.instances, ({ tier }) => tier);
  return (
    [...tiers.keys()].every((tier) => chain.some(({ name }) => name === tier)) &&
    chain.every((tier) => isWhole(draft, service, tier, tiers.get(tier.name) ?? [])) &&
    group.all("Rollout").every(([, { until }]) => until !== null) &&
    group
      .all("Leads")
      .every(([, { leads }]) => Object.values(leads).every(({ next, former }) => (next ?? former) === undefined)) &&
    group.all("Former").length === 0 &&
    group.all("Template").every(([, template]) => hostPaths(template).length === 0)
  );
}

/** As many instances as asked for, each of which may stay. */
function isWhole(
  draft: Draft,
  { metadata, spec }: Service,
  tier: ChainTier,
  instances: readonly InstanceEntry[],
): boolean {
  const key = ledgerKeys.tierRollout(metadata.project, metadata.name, tier.name);
  const rollout = tier.role === "Workload" ? draft.get("TierRollout", key) : undefined;
  if (tier.role === "Workload" && (rollout === undefined || !isOver(rollout.phase))) return false;
  return (
    instances.length === tier.replicas &&
    instances.every(
      (each) =>
        each.phase === "Run" &&
        each.former === undefined &&
        each.network === spec.network &&
        each.template === (rollout?.target ?? "") &&
        (each.ordinal ?? 0) <= tier.replicas &&
        volumesLost({ draft }, each) === undefined,
    )
  );
}
