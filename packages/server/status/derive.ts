/** One object as people see it: what was applied, with the status that follows from the facts. Pure but for stages. */
import {
  apiVersion,
  encodeObject,
  withoutBoxes,
  type AnyObject,
  type Condition,
  type Service,
  type ServiceStatus,
  type WireObject,
} from "@netwright/api";
import { ledgerKeys, type Ledger } from "@netwright/compiler";
import type { StageTracker } from "../control/stages.ts";
import type { World } from "../control/world.ts";
import { keyText, parseKey, type Item } from "../state/objects.ts";
import { conditionsOf } from "./conditions.ts";
import type { Facts } from "./facts.ts";
import { issuerStatus } from "./issuer-status.ts";
import { instanceObject } from "./instance-status.ts";
import { nodeStatus, usedOf } from "./node-status.ts";
import { networkEntry, networkStatus, poolStatus } from "./other-status.ts";
import { projectStatus } from "./project-status.ts";
import { observeService } from "./service-status.ts";
import { volumeObject } from "./volume-status.ts";

export interface DeriveInput {
  readonly facts: Facts;
  readonly world: World;
  /** As `keyText` makes it. */
  readonly key: string;
  /** The conditions it had. */
  readonly before: readonly Condition[];
  readonly needed: ReadonlyMap<string, number>;
  readonly stages: StageTracker;
}

/** Undefined when there is no such object. */
export function deriveObject(input: DeriveInput): WireObject | undefined {
  const { facts, world, key } = input;
  const { kind, project = "", name } = parseKey(key);
  if (kind === "Instance") {
    const entry = facts.ledger.entries.get(`instance/${project}/${name}`);
    return entry?.kind === "Instance" ? instanceObject(facts, entry) : undefined;
  }
  if (kind === "Volume") return volumeObject(facts, project, name);
  if (kind === "Network") return networkObject(input, project, name);
  const item = world.items.get(key);
  if (kind === "Host" && item === undefined) return leavingHost(input, name);
  return item === undefined ? undefined : { ...storedObject(world, key), status: { ...statusOf(input, item.object) } };
}

/** Keys of what is made from the ledger: instances, and networks made on first use. */
export function derivedKeys(ledger: Ledger): readonly string[] {
  return [...ledger.values()].flatMap((entry) => {
    if (entry.kind === "Instance") return [keyText({ kind: "Instance", project: entry.project, name: entry.id })];
    if (entry.kind === "Volume" || entry.kind === "DiscardedVolume")
      return [keyText({ kind: "Volume", project: entry.project, name: entry.name })];
    if (entry.kind === "LeavingHost")
      return [keyText({ kind: "Host", project: undefined, name: entry.host.metadata.name })];
    return entry.kind === "Network" ? [keyText({ kind: "Network", project: entry.project, name: entry.name })] : [];
  });
}

function networkObject(input: DeriveInput, project: string, name: string): WireObject | undefined {
  const { facts, world, key, before } = input;
  const item = world.items.get(key);
  const entry = networkEntry(facts, project, name);
  if (item === undefined && entry === undefined) return undefined;
  const shown: WireObject =
    item === undefined
      ? { apiVersion, kind: "Network", metadata: { name, project, labels: {}, annotations: {} }, spec: {} }
      : storedObject(world, key);
  if (entry === undefined) return shown;
  const generation = item?.object.metadata.generation ?? 0;
  const status = networkStatus(facts, entry, generation, before);
  return { ...shown, status: { ...withContract(input, generation, status) } };
}

/** A Host that was deleted is shown for as long as something of ours is on it. */
function leavingHost(input: DeriveInput, name: string): WireObject | undefined {
  const entry = input.facts.ledger.entries.get(ledgerKeys.leavingHost(name));
  if (entry?.kind !== "LeavingHost") return undefined;
  return { ...encodeObject(entry.host), status: { ...statusOf(input, entry.host) } };
}

/** Encoding costs more than deriving a status, and an item never changes. */
const encoded = new WeakMap<Item, WireObject>();

function storedObject({ items, revisions }: World, key: string): WireObject {
  const item = items.get(key);
  if (item === undefined) throw new RangeError(`Invariant: ${key} is stored`);
  const wire = encoded.get(item) ?? withoutBoxes(encodeObject(item.object));
  encoded.set(item, wire);
  return { ...wire, metadata: { ...wire.metadata, resourceVersion: String(revisions.get(key) ?? 0) } };
}

function statusOf(input: DeriveInput, object: AnyObject): object {
  const { facts, before } = input;
  const { name, generation = 0 } = object.metadata;
  const node = { facts, node: name, generation, before, managed: true };
  if (object.kind === "Service") return withContract(input, generation, serviceStatus(input, object));
  if (object.kind === "Contract") return withContract(input, generation, { conditions: [] });
  if (object.kind === "Host") return { ...nodeStatus(node), used: usedOf(facts, name) };
  if (object.kind === "Router") return nodeStatus({ ...node, managed: object.spec.managed });
  if (object.kind === "Project") return projectStatus(facts, object, before);
  if (object.kind === "CertificateIssuer") return issuerStatus(facts, object, before);
  return object.kind === "AddressPool" ? poolStatus(facts, object) : {};
}

/** What monitors see of its contract, last of its conditions. */
function withContract<T extends { readonly conditions: readonly Condition[] }>(
  { facts, key, before }: DeriveInput,
  generation: number,
  status: T,
): T {
  const standing = facts.contracts.standing(key);
  if (standing === undefined) return status;
  const verdict = { type: "ContractHolds", ...standing, observedGeneration: generation };
  return { ...status, conditions: [...status.conditions, ...conditionsOf([verdict], before, facts.now)] };
}

function serviceStatus({ facts, key, before, needed, stages }: DeriveInput, service: Service): ServiceStatus {
  const observed = observeService({ facts, service, before, needed });
  return { ...observed, stages: stages.advance(key, service, observed, facts) };
}
