/** Whom samples are about, as the server knows them: an agent may speak of what is on its own host, and of nothing else. */
import { ledgerKeys, type InstanceEntry, type Ledger } from "@netwright/compiler";
import { measured, type MetricOf, type SubjectKind } from "@netwright/contract";

/** Where an instance belongs. */
export interface Place {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly instance: string;
  readonly network: string;
  readonly host: string;
}

/** One per thing that is measured, for as long as there are samples of it. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly key: string;
  /** Absent of hosts. */
  readonly place?: Place;
  /** Of a member: the proxy that sees it. */
  readonly via?: Place;
  readonly host: string;
}

const numbered = (kind: SubjectKind): ReadonlyMap<string, number> =>
  new Map(Object.keys(measured[kind]).map((name, index) => [name, index]));

/** Column numbers, by kind and name. */
const places: Readonly<Record<SubjectKind, ReadonlyMap<string, number>>> = {
  Instance: numbered("Instance"),
  Proxy: numbered("Proxy"),
  Member: numbered("Member"),
  Listener: numbered("Listener"),
  Host: numbered("Host"),
};

export const columnOf = <Kind extends SubjectKind>(kind: Kind, name: MetricOf<Kind>): number =>
  places[kind].get(name) as number;

/** Where the columns of a report are kept; undefined for one that is not known here. */
export const columnsIn = (kind: SubjectKind, names: readonly string[]): readonly (number | undefined)[] =>
  names.map((name) => places[kind].get(name));

export const isSubjectKind = (kind: string): kind is SubjectKind => Object.hasOwn(measured, kind);

/** Undefined for what is not this node's, or not there any more. */
export function findSubject(ledger: Ledger, node: string, kind: SubjectKind, name: string): Subject | undefined {
  const key = `${kind} ${node} ${name}`;
  if (kind === "Host") return name === node ? { kind, key, host: node } : undefined;
  const [project = "", second = "", third = ""] = name.split("/");
  const place = kind === "Listener" ? balancerOn(ledger, node, project, second) : instanceIn(ledger, project, second);
  if (place === undefined || place.host !== node) return undefined;
  if (kind !== "Member") return { kind, key, place, host: node };
  const member = instanceIn(ledger, project, third);
  return member === undefined ? undefined : { kind, key, place: member, via: place, host: node };
}

function instanceIn(ledger: Ledger, project: string, id: string): Place | undefined {
  const entry = ledger.get(ledgerKeys.instance(project, id));
  return entry?.kind === "Instance" ? placeOf(entry) : undefined;
}

/** The load balancer of a service on a host. */
function balancerOn(ledger: Ledger, host: string, project: string, service: string): Place | undefined {
  for (const entry of ledger.values()) {
    if (entry.kind !== "Instance" || entry.role !== "LoadBalancer" || entry.host !== host) continue;
    if (entry.project === project && entry.service === service) return placeOf(entry);
  }
  return undefined;
}

const placeOf = ({ project, service, tier, id, network, host }: InstanceEntry): Place => ({
  project,
  service,
  tier,
  instance: id,
  network,
  host,
});
