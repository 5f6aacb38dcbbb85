/** Sessions with routers of others, as hosts tell of them: nobody else can. Pure. */
import type { BgpNeighbor, SessionReport } from "@netwright/contract";
import { nodeOfNeighbor } from "./announcements.ts";
import type { Verdict } from "./conditions.ts";
import type { Facts } from "./facts.ts";

type Peered = Omit<Verdict, "observedGeneration">;

interface ForeignPeering {
  readonly host: string;
  readonly router: string;
  /** A sentence with both names; undefined when nothing is wrong. */
  readonly trouble: string | undefined;
  /** Spoken from here, and not answered. */
  readonly withoutBfd: boolean;
}

/** Of a host with edges of others; nothing for one that has none. */
export function hostPeered(facts: Facts, host: string): readonly Peered[] {
  return verdictOf(peeringsOf(facts, host), ({ router }) => router);
}

/** Of a router of others that hosts speak to. */
export function routerPeered(facts: Facts, router: string): readonly Peered[] {
  const all = [...facts.objects.hosts.keys()].toSorted().flatMap((host) => peeringsOf(facts, host));
  return verdictOf(
    all.filter((peering) => peering.router === router),
    ({ host }) => host,
  );
}

/** What is wrong between these hosts and edges of others, as sentences. */
export const peeringTroubles = (facts: Facts, hosts: Iterable<string>): readonly string[] =>
  [...new Set(hosts)].toSorted().flatMap((host) => peeringsOf(facts, host).flatMap(({ trouble }) => trouble ?? []));

function verdictOf(peerings: readonly ForeignPeering[], far: (peering: ForeignPeering) => string): readonly Peered[] {
  if (peerings.length === 0) return [];
  const troubles = peerings.flatMap(({ trouble }) => trouble ?? []);
  if (troubles.length > 0)
    return [{ type: "Peered", status: "False", reason: "SessionProblem", message: troubles.join("; ") }];
  const deaf = [...new Set(peerings.filter(({ withoutBfd }) => withoutBfd).map(({ router }) => router))].toSorted();
  const warning =
    deaf.length === 0
      ? ""
      : `; ${deaf.join(", ")} does not answer BFD, so a silent loss is noticed after the hold time`;
  const message = `sessions with ${[...new Set(peerings.map(far))].join(", ")}${warning}`;
  return [{ type: "Peered", status: "True", reason: "Established", message }];
}

function peeringsOf(facts: Facts, host: string): readonly ForeignPeering[] {
  const neighbors = facts.states.get(host)?.state.bgp.neighbors ?? [];
  const report = facts.reports.ready(host) === true ? facts.reports.get(host)?.report : undefined;
  return neighbors
    .filter(({ role, foreign }) => role === "Edge" && foreign !== undefined)
    .map((neighbor) => {
      const router = nodeOfNeighbor(facts, neighbor.name);
      if (report === undefined) return { host, router, trouble: `nothing is heard of ${host}`, withoutBfd: false };
      const session = report.sessions.find((each) => each.neighbor === neighbor.name);
      return { host, router, trouble: troubleOf(host, router, session), withoutBfd: isDeaf(neighbor, session) };
    });
}

function troubleOf(host: string, router: string, session: SessionReport | undefined): string | undefined {
  if (session?.state !== "Established")
    return `${host} has no session with ${router}: ${session?.problem ?? "it is coming up"}`;
  return session.problem === undefined ? undefined : `${host} with ${router}: ${session.problem}`;
}

const isDeaf = ({ bfd }: BgpNeighbor, session: SessionReport | undefined): boolean =>
  bfd !== null && session?.state === "Established" && session.bfd !== "Up";
