/** The connections that show whether a clause holds, as far as connections can. Pure. */
import type { Clause, EndSelector } from "@netwright/api";
import type { ProbeSource } from "@netwright/api";
import type { Probe } from "@netwright/contract";
import { isInternet, means, type Port, type Present, type PublicPoint, type Site } from "./site.ts";

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
        .flatMap((leg) => tries(site, leg))
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
  /** What is tried. */
  readonly traffic: Pick<Clause, "form" | "protocols" | "ports">;
  /** Of a way through tiers, `PROJECT/NAME` of services that it leads to: others have ways of their own. */
  readonly services: ReadonlySet<string> | undefined;
}

type Sender = Pick<Leg, "source" | "node">;

/** Who opens connections to whom. A way through tiers is as many legs; its ports are those of the last one. */
function legsOf(clause: Clause, site: Site, round: number): readonly Leg[] {
  if (clause.form !== "CanReach" || clause.through.length === 0)
    return sourcesOf(clause, site, round).map((sender) => ({
      ...sender,
      to: clause.to,
      round,
      traffic: clause,
      services: undefined,
    }));
  const passed = clause.through.filter(({ tier }) => tier !== balancerTier).map((tier) => [tier]);
  const stops: readonly (readonly EndSelector[])[] = [clause.from, ...passed, clause.to];
  const ends = site.instances.filter((each) => clause.to.some((selector) => means(site, selector, each)));
  const services = new Set(ends.map(({ project, service }) => `${project}/${service}`));
  const onTheWay = { form: clause.form, protocols: ["tcp", "udp"], ports: [] } as const;
  return stops.slice(1).flatMap((to, index) => {
    const traffic = index === stops.length - 2 ? clause : onTheWay;
    const isOwn = ({ source }: Sender): boolean =>
      source !== undefined && services.has(`${source.project}/${source.service}`);
    const all = sendersIn(stops[index] ?? [], site, round);
    const senders = index === 0 ? all : ownOnes(all, isOwn);
    return senders.map((sender) => ({ ...sender, to, round, traffic, services }));
  });
}

/** It has no address of its own: who comes to the public address passes it. */
const balancerTier = "lb";

/** `onlyFrom` is about everybody else in the networks of its targets. */
function sourcesOf(clause: Clause, site: Site, round: number): readonly Sender[] {
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

const sendersIn = (selectors: readonly EndSelector[], site: Site, round: number): readonly Sender[] => [
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

function tries(site: Site, leg: Leg): readonly Attempt[] {
  const { source, node, traffic } = leg;
  const base = {
    node,
    from: source === undefined ? null : { project: source.project, instance: source.id },
    source: source?.id ?? "internet",
    mustReach: traffic.form === "CanReach",
  };
  const atPoints = pointsFor(site, leg).flatMap((point) =>
    probesAt(traffic, [point]).map((probe) => ({
      ...base,
      target: point.service,
      isPublic: true,
      probe: { ...probe, destination: point.vip },
    })),
  );
  const inside = instancesFor(site, leg).flatMap((each) =>
    probesAt(traffic, each.ports).map((probe) => ({
      ...base,
      target: each.id,
      isPublic: false,
      probe: { ...probe, destination: each.address },
    })),
  );
  return [...atPoints, ...inside];
}

type Place = { readonly project: string; readonly network: string; readonly service: string };

const isNear = (source: Source, thing: Place): boolean =>
  source?.project === thing.project && source.network === thing.network;

/** For those outside of its network a service is its listeners. */
function pointsFor(site: Site, { source, to, services }: Leg): readonly PublicPoint[] {
  const meant = site.points.filter(
    (point) => to.some((selector) => means(site, selector, point)) && !isNear(source, point),
  );
  return ownOnes(meant, ({ project, service }) => services?.has(`${project}/${service}`) === true);
}

/** From other networks there is no way to an instance at all: of what must be, that is no failure. */
function instancesFor(site: Site, { source, to, round, traffic, services }: Leg): readonly Present[] {
  const meant = site.instances.filter(
    (each) =>
      each.id !== source?.id &&
      to.some((selector) => means(site, selector, each)) &&
      (isNear(source, each) || traffic.form !== "CanReach"),
  );
  const isOwn = ({ project, service }: Place): boolean =>
    services !== undefined && source?.project === project && source.service === service;
  return oneOfEach(ownOnes(meant, isOwn), round);
}

/** All, where there are none. */
function ownOnes<T>(all: readonly T[], isOwn: (each: T) => boolean): readonly T[] {
  const own = all.filter(isOwn);
  return own.length > 0 ? own : all;
}

/** Of what must be, what is written and listened on; of what must not be, both ends of what is written, else where one listens. */
function probesAt(
  { protocols, ports, form }: Leg["traffic"],
  listening: readonly Port[],
): readonly Omit<Probe, "destination">[] {
  const transports = protocols.filter((each) => each !== "icmp");
  const icmp = protocols.includes("icmp") ? [{ protocol: "icmp", port: 0 } as const] : [];
  const heard = listening.map(({ port }) => port);
  if (form !== "CanReach") {
    const written = ports.length === 0 ? heard : ports.flatMap(({ first, last }) => [first, last]);
    return [...transports.flatMap((protocol) => written.map((port) => ({ protocol, port }))), ...icmp];
  }
  if (ports.length === 0) return [...listening.filter(({ protocol }) => transports.includes(protocol)), ...icmp];
  const written = ports.flatMap(({ first, last }) =>
    first === last ? [first] : heard.filter((port) => port >= first && port <= last),
  );
  return [...transports.flatMap((protocol) => written.map((port) => ({ protocol, port }))), ...icmp];
}
