/** Which subjects a row of an answer is made of. Pure. */
import type { MetricsFilter, MetricsGroup, MetricsPlace } from "@netwright/api";
import type { Scope } from "../auth/scope.ts";
import type { Place, Subject } from "./subject.ts";

/** All that is known of one row's service, tier and so on. */
export interface Gathered {
  readonly place: MetricsPlace;
  readonly instances: Subject[];
  /** Fronts of proxies: what comes in. */
  readonly fronts: Subject[];
  /** Members, for what proxies send on. */
  readonly members: Subject[];
  /** Members, for what the answers took. */
  readonly answers: Subject[];
  readonly listeners: Subject[];
  readonly hosts: Subject[];
}

const nowhere: MetricsPlace = {
  project: null,
  service: null,
  tier: null,
  instance: null,
  host: null,
  network: null,
};

/** What tells the rows of a group apart. */
const fields: Readonly<Record<MetricsGroup, readonly (keyof Place)[]>> = {
  services: ["project", "service"],
  tiers: ["project", "service", "tier"],
  instances: ["project", "service", "tier", "instance", "host", "network"],
  hosts: ["host"],
  networks: ["project", "network"],
  projects: ["project"],
};

export function gather(
  subjects: Iterable<Subject>,
  group: MetricsGroup,
  filter: MetricsFilter,
  scope: Scope,
): readonly Gathered[] {
  const rows = new Map<string, Gathered>();
  const wanted = Object.entries(filter) as [keyof Place, string][];
  const rowOf = (place: Pick<Place, "host"> & Partial<Place>): Gathered | undefined => {
    if (scope !== null && place.project !== scope) return undefined;
    if (wanted.some(([field, value]) => place[field] !== value)) return undefined;
    const own = Object.fromEntries(fields[group].map((field) => [field, place[field] ?? null]));
    const key = Object.values(own).join("\n");
    const row = rows.get(key) ?? newRow({ ...nowhere, ...own });
    rows.set(key, row);
    return row;
  };
  for (const subject of subjects) assign(subject, group, rowOf);
  return [...rows.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const newRow = (place: MetricsPlace): Gathered => ({
  place,
  instances: [],
  fronts: [],
  members: [],
  answers: [],
  listeners: [],
  hosts: [],
});

function assign(
  subject: Subject,
  group: MetricsGroup,
  rowOf: (place: Pick<Place, "host"> & Partial<Place>) => Gathered | undefined,
): void {
  const { kind, place, via } = subject;
  if (kind === "Host") return void (group === "hosts" && rowOf({ host: subject.host })?.hosts.push(subject));
  if (place === undefined) return;
  if (kind === "Instance") rowOf(place)?.instances.push(subject);
  if (kind === "Proxy") rowOf(place)?.fronts.push(subject);
  if (kind === "Listener") rowOf(place)?.listeners.push(subject);
  if (kind !== "Member") return;
  const [own, proxies] = [rowOf(place), via === undefined ? undefined : rowOf(via)];
  own?.members.push(subject);
  own?.answers.push(subject);
  // The same answers are those of the proxy's tier, once where both are one row.
  if (proxies !== own) proxies?.answers.push(subject);
}
