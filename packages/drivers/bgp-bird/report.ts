/** What the agent reports about BGP: read from BIRD, never from what was asked for. */
import type { Ipv6Prefix } from "@netwright/base";
import type { BgpNeighbor, NodeReport, NodeSystem, SessionReport } from "@netwright/contract";
import { askBird } from "./birdc.ts";
import { readMd5Drops } from "./md5-counters.ts";
import { parseBfdSessions, parseProtocols, type BfdSession, type BirdProtocol } from "./parse-protocols.ts";
import { parseRoutes } from "./parse-routes.ts";
import { neighborOf, protocolName } from "./render-neighbor.ts";
import { sorted } from "./services.ts";
import { sessionProblem } from "./session-problem.ts";

/** By neighbour. Empty when BIRD does not run. @param wanted tells what is to be expected of a neighbour */
export async function readSessions(
  system: NodeSystem,
  wanted: readonly BgpNeighbor[] = [],
): Promise<readonly SessionReport[]> {
  const sessions = await bgpProtocols(system);
  if (sessions.length === 0) return [];
  const bfd = parseBfdSessions(await askBird(system, "show", "bfd", "sessions"));
  const drops = await readMd5Drops(system);
  return sessions.map(({ neighbor, protocol }) => {
    const watch = bfdSessionOf(protocol, bfd);
    const expected = wanted.find(({ name }) => name === neighbor.name);
    const problem = sessionProblem(protocol, expected, drops);
    return {
      neighbor: neighbor.name,
      state: isEstablished(protocol) ? "Established" : "Down",
      since: protocol.since,
      bfd: watch === undefined ? "None" : watch.up ? "Up" : "Down",
      ...(problem === undefined ? {} : { problem }),
    };
  });
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
export async function readAnnounced(system: NodeSystem): Promise<NodeReport["announced"]> {
  const neighbors = new Map<Ipv6Prefix, string[]>();
  for (const { neighbor, protocol } of await bgpProtocols(system)) {
    if (!isEstablished(protocol) || (neighbor.role !== "Edge" && neighbor.role !== "Upstream")) continue;
    const reply = await askBird(system, "show", "route", "export", `'${protocolName(neighbor)}'`);
    for (const { prefix } of parseRoutes(reply))
      neighbors.set(prefix, [...(neighbors.get(prefix) ?? []), neighbor.name]);
  }
  return sorted([...neighbors.keys()]).map((prefix) => ({ prefix, neighbors: neighbors.get(prefix) ?? [] }));
}

async function bgpProtocols(system: NodeSystem) {
  const protocols = parseProtocols(await askBird(system, "show", "protocols", "all"));
  return protocols
    .flatMap((protocol) => {
      const neighbor = neighborOf(protocol.name);
      return neighbor === undefined ? [] : [{ neighbor, protocol }];
    })
    .toSorted((a, b) => (a.neighbor.name < b.neighbor.name ? -1 : 1));
}

const isEstablished = (protocol: BirdProtocol): boolean => protocol.bgpState === "Established";
