/**
 * Remembers who took new flows of each listener before, because open flows may still be with them: every load balancer asks
 * those in the same order (`candidatesOf`), whenever it hears of a change. Nothing here depends on when that is.
 */
import { serviceChain, type Service } from "@netwright/api";
import { formerSets } from "@netwright/contract";
import { listenersOf } from "../compile/listeners.ts";
import { readyMembers } from "../compile/ready-members.ts";
import type { Draft } from "../draft.ts";
import { isAskedOverHttp } from "../issuers.ts";
import type { MembersEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { type Applied, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { Busy } from "./busy.ts";

interface Input {
  /** With hosts that leave. */
  readonly objects: ObjectSet;
  readonly draft: Draft;
  readonly busy: Busy;
  readonly observed: Observed;
}

export function rememberMembers(input: Input): void {
  const { busy, draft } = input;
  const wanted = new Set<string>();
  for (const service of busy.services) for (const key of rememberIn(input, service)) wanted.add(key);
  for (const [key, { project, service }] of busy.all("Members"))
    if (!wanted.has(key) && !isFormer(draft, project, service)) draft.delete(key);
}

/** What a service was leads its flows to their end. */
const isFormer = (draft: Draft, project: string, service: string): boolean =>
  draft.instancesOf(project, service).some(({ former }) => former !== undefined);

function* rememberIn({ objects, draft, observed }: Input, service: Applied<Service>): Generator<string> {
  const { project, name } = service.object.metadata;
  const vip = draft.get("Vip", ledgerKeys.vip(project, name));
  if (vip === undefined) return;
  const all = draft.instancesOf(project, name);
  const present = all.filter(({ former, host }) => former === undefined && objects.hosts.has(host));
  const tiers = serviceChain(service.object).map((tier) => ({
    tier,
    class: undefined,
    instances: present.filter((each) => each.tier === tier.name),
  }));
  const known = new Set(all.map(({ id }) => id));
  const listeners = listenersOf(
    service,
    tiers,
    vip,
    () => 0,
    (listener) => isAskedOverHttp(objects, listener),
  );
  for (const { key: listener, targets } of listeners) {
    const { protocol, port } = listener;
    const key = ledgerKeys.members(project, name, protocol, port);
    const before = draft.get("Members", key);
    const ready = readyMembers(
      targets.map(({ instance }) => instance),
      observed,
    );
    const now = ready.map(({ id }) => id).toSorted();
    const sets = setsAfter(before?.sets ?? [], now, known);
    if (before === undefined || !same(before.sets, sets))
      if (sets.length > 0) draft.put(key, { kind: "Members", project, service: name, protocol, port, sets });
      else draft.delete(key);
    if (sets.length > 0) yield key;
  }
}

/** The latest first, each once. One of which nobody is left leads nowhere. */
function setsAfter(
  before: MembersEntry["sets"],
  now: readonly string[],
  known: ReadonlySet<string>,
): MembersEntry["sets"] {
  const former = before.filter((set) => !sameSet(set, now) && set.some((id) => known.has(id)));
  return [...(now.length === 0 ? [] : [now]), ...former].slice(0, formerSets + 1);
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, index) => id === b[index]);

const same = (a: MembersEntry["sets"], b: MembersEntry["sets"]): boolean =>
  a.length === b.length && a.every((set, index) => sameSet(set, b[index] ?? []));

/** As the contract has them: without the set of now, each as it differs from that. */
export function formerSetsOf(
  { sets }: Pick<MembersEntry, "sets">,
  now: readonly string[],
): readonly { readonly also: readonly string[]; readonly without: readonly string[] }[] {
  const present = new Set(now);
  return sets
    .filter((set) => !sameSet(set, now))
    .slice(0, formerSets)
    .map((set) => {
      const then = new Set(set);
      return { also: set.filter((id) => !present.has(id)), without: now.filter((id) => !then.has(id)) };
    });
}
