/** Which services a change may touch. More than needed is only slower; less would be wrong. */
import type { Service } from "@netwright/api";
import type { CompileInput } from "../compile.ts";
import type { NetworkEntry } from "../ledger-entries.ts";
import type { LedgerChange, LedgerEntry } from "../ledger.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { LedgerIndex } from "./index-ledger.ts";

/** Instances are observed by `PROJECT/ID`, which ends their key in the ledger. */
const instancePrefix = "instance/";

type Input = Omit<CompileInput, "ledger">;

export interface DirtyInput {
  readonly before: Input;
  readonly after: Input;
  readonly changes: readonly LedgerChange[];
  /** As it was before the changes. */
  readonly ledger: LedgerIndex;
}

export function dirtyServices({ before, after, changes, ledger }: DirtyInput): ReadonlySet<string> {
  const dirty = new Set<string>();
  const renumbered = new Set<string>();
  for (const { key, entry } of changes) {
    const network = entry ?? ledger.get(key);
    if (network?.kind === "Network") residents(after.objects, network, dirty);
    for (const each of [entry, ledger.get(key)]) {
      const service = each === undefined ? undefined : serviceOf(each);
      if (service === undefined) continue;
      dirty.add(service);
      if (each?.kind === "Class") renumbered.add(service);
    }
  }
  changedObjects(before.objects, after.objects, dirty);
  if (renumbered.size > 0) referrers(withFormers(after.objects, ledger), renumbered, dirty);
  if (before.observed !== after.observed) changedObservations(before.observed, after.observed, ledger, dirty);
  if (before.certificates !== after.certificates)
    changedNames(before.certificates, after.certificates, withFormers(after.objects, ledger), dirty);
  if (before.challenges !== after.challenges)
    changedNames(before.challenges ?? none, after.challenges ?? none, withFormers(after.objects, ledger), dirty);
  for (const key of new Set([...(before.identities?.keys() ?? []), ...(after.identities?.keys() ?? [])]))
    if (before.identities?.get(key) !== after.identities?.get(key)) dirty.add(key);
  // What an issuer asks for decides about ports.
  if (issuersDiffer(before.objects, after.objects))
    for (const [key, { object }] of after.objects.services) if (object.spec.expose.length > 0) dirty.add(key);
  return dirty;
}

/** Networks and hosts are looked at apart; counters and resting addresses are in no state. */
function serviceOf(entry: LedgerEntry): string | undefined {
  return "service" in entry ? projectKey(entry.project, entry.service) : undefined;
}

function changedObjects(before: ObjectSet, after: ObjectSet, dirty: Set<string>): void {
  if (before.services === after.services) return;
  for (const [key, now] of after.services) {
    const then = before.services.get(key);
    if (then?.object !== now.object || then.sources !== now.sources) dirty.add(key);
  }
  for (const key of before.services.keys()) if (!after.services.has(key)) dirty.add(key);
}

/** Services in a network that came or went. */
function residents(objects: ObjectSet, { project, name }: NetworkEntry, dirty: Set<string>): void {
  for (const [key, { object }] of objects.services) {
    if (object.metadata.project === project && object.spec.network === name) dirty.add(key);
  }
}

type Services = Iterable<readonly [key: string, object: Service]>;

/** Services as they are, and as they were as far as something of that is left. */
function* withFormers({ services }: ObjectSet, ledger: LedgerIndex): Generator<readonly [string, Service]> {
  for (const [key, { object }] of services) yield [key, object];
  for (const key of ledger.formerServices()) for (const { object } of ledger.formersOf(key)) yield [key, object];
}

/** Services that allow flows from those whose class numbers changed. */
function referrers(services: Services, renumbered: ReadonlySet<string>, dirty: Set<string>): void {
  for (const [key, object] of services) {
    if (object.spec.allow.some(({ from }) => renumbered.has(projectKey(from.project, from.service)))) dirty.add(key);
  }
}

function changedObservations(before: Observed, after: Observed, ledger: LedgerIndex, dirty: Set<string>): void {
  const differ = new Set<string>();
  for (const [key, { phase }] of after.instances) if (before.instances.get(key)?.phase !== phase) differ.add(key);
  if (differ.size > 0 || before.instances.size !== after.instances.size) {
    for (const key of before.instances.keys()) if (!after.instances.has(key)) differ.add(key);
  }
  for (const key of differ) {
    const entry = ledger.get(instancePrefix + key);
    const service = entry === undefined ? undefined : serviceOf(entry);
    if (service !== undefined) dirty.add(service);
  }
  if (before.nodes === after.nodes) return;
  const nodes = new Set([...before.nodes.keys(), ...after.nodes.keys()]);
  for (const node of nodes) {
    if (before.nodes.get(node)?.ready === after.nodes.get(node)?.ready) continue;
    for (const service of ledger.servicesOn(node)) dirty.add(service);
  }
}

function issuersDiffer({ issuers: before }: ObjectSet, { issuers: after }: ObjectSet): boolean {
  if (before.size !== after.size) return true;
  return [...after].some(([name, { object }]) => before.get(name)?.object !== object);
}

const none: ReadonlyMap<string, unknown> = new Map();

/** Services with a hostname of which something is not what it was. */
function changedNames(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  services: Services,
  dirty: Set<string>,
): void {
  const names = new Set([...before.keys(), ...after.keys()].filter((name) => before.get(name) !== after.get(name)));
  if (names.size === 0) return;
  for (const [key, object] of services)
    if (object.spec.expose.some(({ hostname }) => names.has(hostname))) dirty.add(key);
}
