/** What the agent reports about BGP: read from BIRD, never from what was asked for. */
import type { Ipv6Prefix } from "@netwright/base";
import type { BgpNeighbor, NodeReport, NodeSystem, SessionReport } from "@netwright/contract";
import { look, type Ask, type Reply } from "./birdc.ts";
import { readMd5Drops, type Md5Drops } from "./md5-counters.ts";
import { parseBfdSessions, parseProtocols, type BfdSession, type BirdProtocol } from "./parse-protocols.ts";
import { parseRoutes } from "./parse-routes.ts";
import { neighborOf, protocolName } from "./render-neighbor.ts";
import { sorted } from "./services.ts";
import { sessionProblem } from "./session-problem.ts";

/** Both empty when BIRD does not run. */
export type BgpFacts = Pick<NodeReport, "sessions" | "announced">;

/**
 * By BIRD's control socket, over one connection: no process is started for it.
 * @param wanted tells what is to be expected of a neighbour
 */
export const readBgp = (system: NodeSystem, wanted: readonly BgpNeighbor[] = []): Promise<BgpFacts> =>
  look(
    system,
    async (ask) => {
      const known = bgpProtocols(await ask("show", "protocols", "all"));
      if (known.length === 0) return none;
      const bfd = parseBfdSessions(await ask("show", "bfd", "sessions"));
      const expected = new Map(wanted.map((neighbor) => [neighbor.name, neighbor]));
      const drops = await readMd5Drops(system);
      const sessions = known.map((one) => sessionOf(one, bfd, expected.get(one.neighbor.name), drops));
      return { sessions, announced: await announcedBy(ask, known) };
    },
    none,
  );

const none: BgpFacts = { sessions: [], announced: [] };

interface Known {
  readonly neighbor: Pick<BgpNeighbor, "role" | "name">;
  readonly protocol: BirdProtocol;
}

/** By neighbour. */
const bgpProtocols = (reply: Reply): readonly Known[] =>
  parseProtocols(reply)
    .flatMap((protocol) => {
      const neighbor = neighborOf(protocol.name);
      return neighbor === undefined ? [] : [{ neighbor, protocol }];
    })
    .toSorted((a, b) => (a.neighbor.name < b.neighbor.name ? -1 : 1));

function sessionOf(
  { neighbor, protocol }: Known,
  bfd: readonly BfdSession[],
  expected: BgpNeighbor | undefined,
  drops: Md5Drops,
): SessionReport {
  const watch = bfdSessionOf(protocol, bfd);
  const problem = sessionProblem(protocol, expected, drops);
  return {
    neighbor: neighbor.name,
    state: isEstablished(protocol) ? "Established" : "Down",
    since: protocol.since,
    bfd: watch === undefined ? "None" : watch.up ? "Up" : "Down",
    ...(problem === undefined ? {} : { problem }),
  };
}

/** BIRD tells the interface of a session only where its configuration or a link-local address names one. Pure. */
export const bfdSessionOf = (
  { address, interface: device }: Pick<BirdProtocol, "address" | "interface">,
  sessions: readonly BfdSession[],
): BfdSession | undefined =>
  sessions.find((one) => one.address === address && (device === null || one.interface === device));

/**
 * Prefixes that leave the node's own hand, and the neighbours with a session up that got them: on a host all it
 * tells its edges, on a router what it tells its providers. By prefix.
 */
async function announcedBy(ask: Ask, known: readonly Known[]): Promise<BgpFacts["announced"]> {
  const neighbors = new Map<Ipv6Prefix, string[]>();
  for (const { neighbor, protocol } of known) {
    if (!isEstablished(protocol) || (neighbor.role !== "Edge" && neighbor.role !== "Upstream")) continue;
    const reply = await ask("show", "route", "export", `'${protocolName(neighbor)}'`);
    for (const { prefix } of parseRoutes(reply))
      neighbors.set(prefix, [...(neighbors.get(prefix) ?? []), neighbor.name]);
  }
  return sorted([...neighbors.keys()]).map((prefix) => ({ prefix, neighbors: neighbors.get(prefix) ?? [] }));
}

const isEstablished = (protocol: BirdProtocol): boolean => protocol.bgpState === "Established";
