/** From what is applied and what was reported to what the ledger should say next. Pure. */
import { isWorkloadTier, type Host, type Rollout } from "@netwright/api";
import { seconds, type Diagnostic, type Instant, type Milliseconds } from "@netwright/base";
import { allocateAddresses } from "./allocate/addresses.ts";
import { allocateEgressAddresses } from "./allocate/egress-addresses.ts";
import { allocateClasses, allocateNetworks } from "./allocate/networks.ts";
import { pinImages } from "./allocate/images.ts";
import { forget } from "./allocate/forget.ts";
import { Draft } from "./draft.ts";
import type { ImageEntry, SizeEntry } from "./ledger-entries.ts";
import { ledgerKeys } from "./ledger-keys.ts";
import type { Ledger, LedgerChange } from "./ledger.ts";
import type { TierRolloutEntry } from "./rollout-entries.ts";
import { projectKey, type ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";
import { busyServices, type Busy } from "./place/busy.ts";
import { calmInput, noteCalm } from "./place/calm.ts";
import type { Explanation } from "./place/explanation.ts";
import { depart, withdrawFormer } from "./place/former.ts";
import { rememberMembers } from "./place/former-members.ts";
import { drainEnd, removeGone } from "./place/gone.ts";
import { followLeavingHosts, leavingUntil, noteEmptyHosts, type HostNews } from "./place/leaving-hosts.ts";
import { leadMoments } from "./place/leads.ts";
import { followRollouts } from "./place/rollouts.ts";
import { awaitsRoutes, lookInterval } from "./place/look-again.ts";
import { reconcileService, type Common } from "./place/service.ts";
import { withSizes } from "./place/sizes.ts";
import { lostAt, standingOf, type Standing, type StandingInput } from "./place/standing.ts";
import { rolloutDue, type RolloutNews } from "./place/tier-rollout.ts";
import { followVolumes } from "./place/volumes.ts";
import { withLeavingHosts } from "./standing-objects.ts";
import { checkConflicts } from "./validate/conflicts.ts";
import { checkReferences } from "./validate/references.ts";

/** An instance that drains is gone after this span even if it still has connections, unless its tier says otherwise. */
export const defaultDrainTimeout: Milliseconds = seconds(10);

export interface ReconcileInput {
  readonly objects: ObjectSet;
  /** What was applied at the last step, where that was something else: what is missing since then leaves in good order. */
  readonly before?: ObjectSet | undefined;
  readonly ledger: Ledger;
  readonly observed: Observed;
  readonly now: Instant;
  readonly drainTimeout?: Milliseconds;
  /** Only where it leads to is asked for: pauses are passed over, and nothing is waited for. Absent: no. */
  readonly isForeseen?: boolean;
  /** What images are to stand for; a pin that is there already is stronger. */
  readonly pins?: readonly ImageEntry[];
  /** What tiers with autoscale are to have from now on. */
  readonly sizes?: readonly SizeEntry[];
}

export interface Reconciled {
  /** By key. Empty when everything is as it should be. */
  readonly changes: readonly LedgerChange[];
  /** What cannot be done. The changes are good all the same: they do what can be done. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every decision about an instance, in the order in which it was taken. */
  readonly explanations: readonly Explanation[];
  /** What became of hosts that were deleted. */
  readonly hostNews: readonly HostNews[];
  /** What became of rollouts. */
  readonly rolloutNews: readonly RolloutNews[];
  /** When time alone will change something: reconcile again then. Null: only news will. */
  readonly nextAt: Instant | null;
}

/** One step; applying the changes and calling again with nothing new ends soon in none. */
export function reconcile(input: ReconcileInput): Reconciled {
  const { before, ledger, observed, now, drainTimeout = defaultDrainTimeout, pins = [], sizes = [] } = input;
  const { isForeseen = false } = input;
  const draft = new Draft(ledger);
  for (const size of sizes) draft.put(ledgerKeys.size(size.project, size.service, size.tier), size);
  const objects = withSizes(input.objects, draft.entries);
  for (const pin of pins) {
    const key = ledgerKeys.image(pin.project, pin.service, pin.tier, pin.name);
    if (draft.get("Image", key) === undefined) draft.put(key, pin);
  }
  const explanations: Explanation[] = [];
  const hostNews: HostNews[] = [];
  const rolloutNews: RolloutNews[] = [];
  const explain = (explanation: Explanation): void => void explanations.push(explanation);
  const tell = (news: HostNews): void => void hostNews.push(news);
  const standing = standings({ objects, observed, now });
  const calm = calmInput({ objects, draft, observed, standing });
  const busy = busyServices(calm);
  const scene = { objects, draft, observed, now, busy };
  depart({ ...scene, before, explain });
  followLeavingHosts({ objects, before, draft, observed, now, tell });
  followVolumes(draft, observed, (host) => isInFabric({ objects, draft }, host));
  removeGone({ ...scene, drainTimeout, explain });
  withdrawFormer({ draft, now, explain }, objects, busy);
  const diagnostics = [
    ...checkReferences(objects),
    ...checkConflicts(withLeavingHosts(objects, leavingHosts(draft))),
    ...allocateNetworks(objects, draft, busy),
    ...allocateClasses(draft, busy),
    ...allocateAddresses(objects, draft, busy, now),
  ];
  const tellRollout = (news: RolloutNews): void => void rolloutNews.push(news);
  const hosts = hostsByNumber(objects);
  const common = { ...scene, hosts, standing, explain, drainTimeout, isForeseen, tell: tellRollout };
  for (const service of busy.services) diagnostics.push(...reconcileService(common, service));
  diagnostics.push(...allocateEgressAddresses(objects, draft, busy, now));
  followRollouts({ ...scene, explanations });
  noteEmptyHosts({ draft, now, tell });
  forget(objects, draft, busy);
  rememberMembers({ objects: withLeavingHosts(objects, leavingHosts(draft)), draft, busy, observed });
  pinImages(busy, draft, observed);
  const nextAt = earliest(now, moments(input, { draft, busy, drainTimeout, standing }));
  noteCalm(calm, busy, { diagnostics, explanations });
  return { changes: draft.changes(), diagnostics, explanations, hostNews, rolloutNews, nextAt };
}

const leavingHosts = (draft: Draft) => draft.all("LeavingHost").map(([, { host }]) => host);

const isInFabric = ({ objects, draft }: Pick<Common, "objects" | "draft">, host: string): boolean =>
  objects.hosts.has(host) || draft.get("LeavingHost", ledgerKeys.leavingHost(host)) !== undefined;

const sorted = new WeakMap<ObjectSet["hosts"], readonly Host[]>();

function hostsByNumber({ hosts }: ObjectSet): readonly Host[] {
  const known =
    sorted.get(hosts) ?? [...hosts.values()].map(({ object }) => object).toSorted((a, b) => a.spec.id - b.spec.id);
  sorted.set(hosts, known);
  return known;
}

/** Asked for every instance, so remembered. */
function standings(input: StandingInput): (host: string) => Standing {
  const known = new Map<string, Standing>();
  return (host) => {
    const standing = known.get(host) ?? standingOf(input, host);
    known.set(host, standing);
    return standing;
  };
}

/** Ends of drains, of ways that were, of addresses' rests, of waiting for rollouts, for deleted hosts and for silent ones. */
function* moments(
  { objects, observed, now }: ReconcileInput,
  {
    draft,
    busy,
    drainTimeout,
    standing,
  }: Pick<Common, "draft" | "drainTimeout" | "standing"> & { readonly busy: Busy },
): Generator<number> {
  for (const [, entry] of busy.all("TierRollout")) yield rolloutDue(entry, rolloutOf(objects, entry), now);
  for (const [, instance] of busy.all("Instance"))
    if (instance.phase === "Drain") yield drainEnd({ objects, draft, drainTimeout }, instance);
    else if (awaitsRoutes({ draft, observed, standing }, instance)) yield now + lookInterval;
  for (const [, entry] of busy.all("Leads")) yield* leadMoments(entry, now);
  for (const [, { until }] of draft.all("Resting")) yield until;
  for (const [, entry] of draft.all("LeavingHost")) yield leavingUntil(entry);
  for (const host of observed.nodes.keys()) yield lostAt(observed, host) ?? Infinity;
}

const rolloutOf = ({ services }: ObjectSet, { project, service, tier }: TierRolloutEntry): Rollout | undefined =>
  services
    .get(projectKey(project, service))
    ?.object.spec.tiers.filter(isWorkloadTier)
    .find(({ name }) => name === tier)?.rollout;

/** What has passed already has had its effect. */
function earliest(now: Instant, times: Iterable<number>): Instant | null {
  let next = Infinity;
  for (const time of times) if (time > now && time < next) next = time;
  return next === Infinity ? null : (next as Instant);
}
