/** The connections that show whether a clause holds, as far as connections can. Pure. */
import type { Clause, EndSelector } from "@netwright/api";
import type { ProbeSource } from "@netwright/api";
import type { Probe } from "@netwright/contract";
import { isInternet, means, type Port, type Present, type Site } from "./site.ts";

export interface Attempt {
  readonly node: string;
  /** Null: the node itself, an edge router that stands for the internet. */
  readonly from: ProbeSource;
  /** For people: `shop-web-1`, `internet`. */
  readonly source: string;
  readonly target: string;
  readonly probe: Probe;
  /** A public address: who refuses there is the load balancer, not the target. */
  readonly isPublic: boolean;
  readonly mustReach: boolean;
}

/** Of one clause in one look; the next look goes on where this one ended. */
const most = 64;

/** @param round counts looks: instances take turns */
export function attemptsOf(clause: Clause, site: Site, round: number): readonly Attempt[] {
  const all = [
    ...new Map(
      legsOf(clause, site, round)
        .flatMap((leg) => tries(clause, site, leg))
        .map(keyed),
    ).values(),
  ];
  const start = all.length <= most ? 0 : (round * most) % all.length;
  return [...all.slice(start), ...all.slice(0, start)].slice(0, most);
}

export const keyOf = ({ node, from, probe }: Attempt): string =>
  JSON.stringify([node, from, probe.destination, probe.protocol, probe.port]);
const keyed = (attempt: Attempt): readonly [string, Attempt] => [keyOf(attempt), attempt];

/** Undefined: an edge router. */
type Source = Present | undefined;

interface Leg {
  readonly source: Source;
  readonly node: string;
  readonly to: readonly EndSelector[];
  readonly round: number;
}

/** Who opens connections to whom. A way through tiers is as many legs. */
function legsOf(clause: Clause, site: Site, round: number): readonly Leg[] {
  if (clause.form !== "CanReach") return legs(sourcesOf(clause, site, round), clause.to, round);
  const stops: readonly (readonly EndSelector[])[] = [clause.from, ...clause.through.map((tier) => [tier]), clause.to];
  return stops.slice(1).flatMap((to, index) => legs(sendersIn(stops[index] ?? [], site, round), to, round));
}

const legs = (sources: readonly Omit<Leg, "to" | "round">[], to: readonly EndSelector[], round: number) =>
  sources.map((source) => ({ ...source, to, round }));

/** `onlyFrom` is about everybody else in the networks of its targets. */
function sourcesOf(clause: Clause, site: Site, round: number): readonly Omit<Leg, "to" | "round">[] {
  if (clause.form !== "OnlyFrom") return sendersIn(clause.from, site, round);
  const targets = site.instances.filter((each) => clause.to.some((selector) => means(site, selector, each)));
  const networks = new Set(targets.map(({ project, network }) => `${project}/${network}`));
  const others = site.instances.filter(
    (each) =>
      networks.has(`${each.project}/${each.network}`) && !clause.from.some((selector) => means(site, selector, each)),
  );
  return [
    ...oneOfEach(others, round).map((source) => ({ source, node: source.node })),
    ...(clause.from.some(isInternet) ? [] : edgesOf(site)),
  ];
}

const sendersIn = (
  selectors: readonly EndSelector[],
  site: Site,
  round: number,
): readonly Omit<Leg, "to" | "round">[] => [
  ...oneOfEach(
    site.instances.filter((each) => selectors.some((selector) => means(site, selector, each))),
    round,
  ).map((source) => ({ source, node: source.node })),
  ...(selectors.some(isInternet) ? edgesOf(site) : []),
];

const edgesOf = ({ edges }: Site) => edges.map((node) => ({ source: undefined, node }));

/** Of each tier on each host: they are alike, so they take turns. */
function oneOfEach(instances: readonly Present[], round: number): readonly Present[] {
  const groups = Map.groupBy(instances, ({ project, service, tier, node }) => `${project}/${service}/${tier}@${node}`);
  return [...groups.values()].flatMap((group) => group[round % group.length] ?? []);
}

function tries(clause: Clause, site: Site, { source, node, to, round }: Leg): readonly Attempt[] {
  const mustReach = clause.form === "CanReach";
  const isMeant = (thing: Parameters<typeof means>[2]): boolean => to.some((selector) => means(site, selector, thing));
  const base = {
    node,
    from: source === undefined ? null : { project: source.project, instance: source.id },
    source: source?.id ?? "internet",
    mustReach,
  };
  const isNear = (thing: { readonly project: string; readonly network: string }): boolean =>
    source?.project === thing.project && source.network === thing.network;
  const points = site.points.filter((point) => isMeant(point) && !isNear(point));
  const inside = oneOfEach(
    // From afar instances have no way to be reached at all: of what must be, that is no failure.
    site.instances.filter((each) => each.id !== source?.id && isMeant(each) && (isNear(each) || !mustReach)),
    round,
  );
  return [
    ...points.flatMap((point) =>
      probesAt(clause, [point]).map((probe) => ({
        ...base,
        target: point.service,
        isPublic: true,
        probe: { ...probe, destination: point.vip },
      })),
    ),
    ...inside.flatMap((each) =>
      probesAt(clause, each.ports).map((probe) => ({
        ...base,
        target: each.id,
        isPublic: false,
        probe: { ...probe, destination: each.address },
      })),
    ),
  ];
}

/** Both ends of each interval that is written; else where the target listens. */
function probesAt(
  { protocols, ports, form }: Clause,
  listening: readonly Port[],
): readonly Omit<Probe, "destination">[] {
  const transports = protocols.filter((each) => each !== "icmp");
  const written = [...new Set(ports.flatMap(({ first, last }) => [first, last]))];
  const own = listening.filter(({ protocol }) => form !== "CanReach" || transports.includes(protocol));
  const found =
    written.length > 0
      ? transports.flatMap((protocol) => written.map((port) => ({ protocol, port })))
      : form === "CanReach"
        ? own
        : transports.flatMap((protocol) => own.map(({ port }) => ({ protocol, port })));
  return [...found, ...(protocols.includes("icmp") ? [{ protocol: "icmp", port: 0 } as const] : [])];
}
