/** The applied objects, by kind and name, with the place in a file that each field came from. */
import {
  formatPath,
  nearestSource,
  objectName,
  type AddressPool,
  type AnyObject,
  type CertificateIssuer,
  type Config,
  type Contract,
  type FieldPath,
  type Host,
  type Network,
  type Project,
  type Router,
  type Secret,
  type Service,
  type Sources,
} from "@netwright/api";
import type { Diagnostic, ErrorCode } from "@netwright/base";
import type { Origin } from "@netwright/contract";

export interface Applied<T> {
  readonly object: T;
  readonly sources: Sources;
}

/** Cluster kinds by name, project kinds by `PROJECT/NAME`. */
export interface ObjectSet {
  readonly services: ReadonlyMap<string, Applied<Service>>;
  readonly networks: ReadonlyMap<string, Applied<Network>>;
  readonly pools: ReadonlyMap<string, Applied<AddressPool>>;
  readonly hosts: ReadonlyMap<string, Applied<Host>>;
  readonly routers: ReadonlyMap<string, Applied<Router>>;
  readonly projects: ReadonlyMap<string, Applied<Project>>;
  readonly issuers: ReadonlyMap<string, Applied<CertificateIssuer>>;
  readonly secrets: ReadonlyMap<string, Applied<Secret>>;
  readonly configs: ReadonlyMap<string, Applied<Config>>;
  readonly contracts: ReadonlyMap<string, Applied<Contract>>;
}

export const projectKey = (project: string, name: string): string => `${project}/${name}`;

/**
 * Indexes objects by kind, in the order of their names; of kinds that are not compiled (Lab, Instance) nothing is kept.
 * @param before a kind of which nothing differs stays the same value
 */
export function objectSet(
  items: Iterable<{ readonly object: AnyObject; readonly sources?: Sources }>,
  before?: ObjectSet,
): ObjectSet {
  const set = {
    services: new Map<string, Applied<Service>>(),
    networks: new Map<string, Applied<Network>>(),
    pools: new Map<string, Applied<AddressPool>>(),
    hosts: new Map<string, Applied<Host>>(),
    routers: new Map<string, Applied<Router>>(),
    projects: new Map<string, Applied<Project>>(),
    issuers: new Map<string, Applied<CertificateIssuer>>(),
    secrets: new Map<string, Applied<Secret>>(),
    configs: new Map<string, Applied<Config>>(),
    contracts: new Map<string, Applied<Contract>>(),
  };
  const keyed = [...items].map(({ object, sources = {} }) => ({ key: keyOf(object), object, sources }));
  for (const { key, object, sources } of keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    if (object.kind === "Service") set.services.set(key, { object, sources });
    else if (object.kind === "Network") set.networks.set(key, { object, sources });
    else if (object.kind === "AddressPool") set.pools.set(key, { object, sources });
    else if (object.kind === "Host") set.hosts.set(key, { object, sources });
    else if (object.kind === "Project") set.projects.set(key, { object, sources });
    else if (object.kind === "CertificateIssuer") set.issuers.set(key, { object, sources });
    else if (object.kind === "Secret") set.secrets.set(key, { object, sources });
    else if (object.kind === "Config") set.configs.set(key, { object, sources });
    else if (object.kind === "Contract") set.contracts.set(key, { object, sources });
    else if (object.kind === "Router") set.routers.set(key, { object, sources });
  }
  return before === undefined ? set : { ...set, ...sameKinds(before, set) };
}

function sameKinds(before: ObjectSet, after: ObjectSet): Partial<ObjectSet> {
  const kinds = Object.keys(after) as (keyof ObjectSet)[];
  const same = kinds.filter((kind) => {
    const [old, now]: readonly ReadonlyMap<string, Applied<AnyObject>>[] = [before[kind], after[kind]];
    return old?.size === now?.size && [...(now ?? [])].every(([key, each]) => isSame(old?.get(key), each));
  });
  return Object.fromEntries(same.map((kind) => [kind, before[kind]]));
}

const isSame = (old: Applied<AnyObject> | undefined, now: Applied<AnyObject>): boolean =>
  old?.object === now.object && old.sources === now.sources;

function keyOf({ metadata }: AnyObject): string {
  return "project" in metadata ? projectKey(metadata.project, metadata.name) : metadata.name;
}

type NamedObject = Parameters<typeof objectName>[0];

/** Why a rule exists: the field of the object that asks for it. */
export function originOf({ object, sources }: Applied<NamedObject>, path: FieldPath): Origin {
  const field = formatPath(path);
  const source = nearestSource(sources, formatPath(path));
  return { object: objectName(object), field, ...(source === undefined ? {} : { source }) };
}

/** A finding about one field of one object. */
export function diagnose(
  code: ErrorCode,
  { object, sources }: Applied<NamedObject>,
  path: FieldPath,
  message: string,
  hint?: string,
): Diagnostic {
  const source = nearestSource(sources, formatPath(path));
  return {
    code,
    message,
    subject: objectName(object),
    field: formatPath(path),
    ...(source === undefined ? {} : { source }),
    ...(hint === undefined ? {} : { hint }),
  };
}
