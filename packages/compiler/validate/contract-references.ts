/** Names that contracts use (NW1301). Whether a selector selects something at all is judged with the proofs. */
import {
  defaultProject,
  nearest,
  readSelectors,
  serviceChain,
  type AnyObject,
  type ReadSelector,
} from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { diagnose, projectKey, type Applied, type ObjectSet } from "../objects.ts";

type Item = Applied<AnyObject>;

/** @param names asked for where a name is of no service that is named with it */
export function* contractReferences(objects: ObjectSet, names: () => Names, item: Item): Generator<Diagnostic> {
  for (const read of readSelectors(item.object)) {
    if (isNamed(objects, read.selector)) continue;
    const unknown = firstUnknown(names(), read.selector);
    if (unknown !== undefined) yield diagnosisOf(item, read, unknown);
  }
}

/** True when all that it names is there, and is of the one service that it names. */
export function isNamed({ services }: ObjectSet, { project, network, service, tier }: Selector): boolean {
  if (project === undefined) return true;
  const named = service === undefined ? undefined : services.get(projectKey(project, service))?.object;
  if (named === undefined || (network ?? named.spec.network) !== named.spec.network) return false;
  return tier === undefined || serviceChain(named).some(({ name }) => name === tier);
}

export function namesOnce(objects: ObjectSet): () => Names {
  let names: Names | undefined;
  return () => (names ??= namesIn(objects));
}

/** What can be named; look-ups cost the same however many services there are. */
export interface Names {
  readonly projects: ReadonlySet<string>;
  /** By project. */
  readonly services: ReadonlyMap<string, ReadonlySet<string>>;
  /** By project. Those that are written, and those that services name: they are made on first use. */
  readonly networks: ReadonlyMap<string, ReadonlySet<string>>;
  /** By `tiersKey`. */
  readonly tiers: ReadonlyMap<string, ReadonlySet<string>>;
}

type Selector = ReadSelector["selector"];

const tiersKey = ({ project = "", network = "*", service = "*" }: Selector): string =>
  `${project}/${network}/${service}`;

function namesIn(objects: ObjectSet): Names {
  const projects = new Set([defaultProject, ...objects.projects.keys()]);
  const services = new Map<string, Set<string>>();
  const networks = new Map<string, Set<string>>();
  const tiers = new Map<string, Set<string>>();
  for (const { object } of objects.networks.values()) add(networks, object.metadata.project, object.metadata.name);
  for (const { object } of objects.services.values()) {
    const { name: service, project } = object.metadata;
    const { network } = object.spec;
    projects.add(project);
    add(services, project, service);
    add(networks, project, network);
    for (const key of [{ project }, { project, network }, { project, service }, { project, network, service }])
      for (const { name } of serviceChain(object)) add(tiers, tiersKey(key), name);
  }
  return { projects, services, networks, tiers };
}

function add(to: Map<string, Set<string>>, key: string, name: string): void {
  const names = to.get(key) ?? new Set();
  names.add(name);
  to.set(key, names);
}

interface Unknown {
  readonly field: "project" | "service" | "network" | "tier";
  readonly message: string;
  readonly name: string;
  readonly known: ReadonlySet<string> | undefined;
}

/** What is narrower cannot be judged without it. Invariant: where something is named, the project is, or is filled in. */
function firstUnknown(names: Names, selector: Selector): Unknown | undefined {
  const { project, network, service, tier } = selector;
  if (project === undefined) return undefined;
  const where = `in project ${project}`;
  if (!names.projects.has(project))
    return { field: "project", message: `there is no Project ${project}`, name: project, known: names.projects };
  const services = names.services.get(project);
  if (service !== undefined && services?.has(service) !== true)
    return { field: "service", message: `there is no Service ${service} ${where}`, name: service, known: services };
  const networks = names.networks.get(project);
  if (network !== undefined && networks?.has(network) !== true)
    return { field: "network", message: `there is no Network ${network} ${where}`, name: network, known: networks };
  const tiers = names.tiers.get(tiersKey(selector));
  if (tier === undefined || tiers?.has(tier) === true) return undefined;
  const of = service === undefined ? "" : `of Service ${service} `;
  return { field: "tier", message: `there is no tier ${tier} ${of}${where}`, name: tier, known: tiers };
}

function diagnosisOf(item: Item, { path, fields }: ReadSelector, { field, message, name, known }: Unknown): Diagnostic {
  return diagnose("NW1301", item, fields.includes(field) ? [...path, field] : path, message, hintOf(name, known));
}

function hintOf(name: string, known: ReadonlySet<string> = new Set()): string {
  const list = [...known].toSorted();
  const near = nearest(name, list);
  if (near !== undefined) return `did you mean ${near}?`;
  if (list.length === 0) return "apply it first, or with the contract";
  return `known: ${list.slice(0, 10).join(", ")}${list.length > 10 ? ` and ${list.length - 10} more` : ""}`;
}
