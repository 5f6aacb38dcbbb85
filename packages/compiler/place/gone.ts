/** Instances that leave the ledger: drained, or without anything that they could be part of. */
import type { Instant, Milliseconds } from "@netwright/base";
import type { EntryGroup } from "../entry-group.ts";
import { groupsOf } from "../grouped-ledger.ts";
import type { InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Ledger } from "../ledger.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import { addressOf } from "./address.ts";
import type { Busy } from "./busy.ts";
import { drainTimeOf } from "./drain-time.ts";
import { remove, type Ending } from "./explanation.ts";
import { isNeeded, whyHomeless } from "./former.ts";
import { isClean } from "./leaving-hosts.ts";
import { hasDrained } from "./ready.ts";

export interface GoneInput extends Ending {
  readonly objects: ObjectSet;
  readonly observed: Observed;
  readonly busy: Busy;
  readonly drainTimeout: Milliseconds;
}

export function removeGone(input: GoneInput): void {
  const leaving = input.busy.all("Instance").flatMap(([key, instance]) => {
    const going = whyGoes(input, instance);
    return going === undefined ? [] : [{ key, instance, going }];
  });
  for (const { instance, going } of leaving.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
    remove(input, instance, going.reason, going.isCut);
}

interface Going {
  readonly reason: string;
  /** Connections that were open end with it. */
  readonly isCut: boolean;
}

const inOrder = (reason: string): Going => ({ reason, isCut: false });

function whyGoes(input: GoneInput, instance: InstanceEntry): Going | undefined {
  const { objects, draft } = input;
  const { host, former, phase } = instance;
  if (!objects.hosts.has(host) && draft.get("LeavingHost", ledgerKeys.leavingHost(host)) === undefined)
    return inOrder(`host ${host} is deleted`);
  if (former === undefined) {
    const homeless = whyHomeless(objects, instance);
    if (homeless !== undefined) return inOrder(homeless);
  }
  return phase === "Drain" ? whyDrained(input, instance) : undefined;
}

function whyDrained(input: GoneInput, instance: InstanceEntry): Going | undefined {
  const { draft, observed, now } = input;
  const { host } = instance;
  const ended = (each: InstanceEntry): boolean => hasDrained(observed, each, addressOf(draft.entries, each));
  if (ended(instance) && !isNeeded(draft, instance, ended))
    return inOrder(instance.role === "LoadBalancer" ? "no route leads to it any more" : "it has drained");
  if (observed.nodes.get(host)?.ready === false) return inOrder(`host ${host} is not ready, nothing is left to drain`);
  if (now < drainEnd(input, instance)) return undefined;
  const left = observed.instances.get(projectKey(instance.project, instance.id))?.connections ?? 0;
  const cut = left === 0 ? "" : `, ${left} ${left === 1 ? "connection is" : "connections are"} cut`;
  return { reason: `the time for draining is over${cut}`, isCut: left > 0 };
}

/** When its time to finish what is open is over, by its tier as it is now or as it was. */
export function drainEnd(
  { objects, draft, drainTimeout }: Pick<GoneInput, "objects" | "draft" | "drainTimeout">,
  { project, service, tier, former, drainSince }: InstanceEntry,
): Instant {
  const own =
    former === undefined
      ? objects.services.get(projectKey(project, service))?.object
      : draft.get("Former", ledgerKeys.former(project, service, former))?.object;
  return ((drainSince ?? 0) + drainTimeOf(own, tier, drainTimeout)) as Instant;
}

/** True when something is on its way out that need not wait any longer: reports of that are no news by themselves. */
export function anyDeparted(ledger: Ledger, observe: () => Observed): boolean {
  const groups = groupsOf(ledger);
  const draining = [...groups.services.values()].flatMap((group) => group.derive(drainingIn));
  const empty = groups.all("LeavingHost").filter(([, { emptySince }]) => emptySince !== undefined);
  if (draining.length + empty.length === 0) return false;
  const observed = observe();
  return (
    draining.some((instance) => hasDrained(observed, instance, addressOf(ledger, instance))) ||
    empty.some(([, { host }]) => isClean(observed, host.metadata.name))
  );
}

const drainingIn = ({ instances }: EntryGroup): readonly InstanceEntry[] =>
  instances.filter(({ phase }) => phase === "Drain");
