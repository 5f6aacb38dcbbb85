/** What the agent reports about BGP: read from BIRD, never from what was asked for. */
import type { Ipv6Prefix } from "@netwright/base";
import type { NeighborRole, NodeReport, NodeSystem, SessionReport } from "@netwright/contract";
import { look, type Ask, type Reply } from "./birdc.ts";
import { parseBfdSessions, parseProtocols, type BfdSession, type BirdProtocol } from "./parse-protocols.ts";
import { parseRoutes } from "./parse-routes.ts";
import { neighborOf, protocolName } from "./render-neighbor.ts";
import { sorted } from "./services.ts";

/** Both empty when BIRD does not run. */
export type BgpFacts = Pick<NodeReport, "sessions" | "announced">;

/** By BIRD's control socket, over one connection: no process is started for it. */
export const readBgp = (system: NodeSystem): Promise<BgpFacts> =>
  look(
    system,
    async (ask) => {
      const known = bgpProtocols(await ask("show", "protocols", "all"));
      if (known.length === 0) return none;
      const bfd = parseBfdSessions(await ask("show", "bfd", "sessions"));
      return { sessions: known.map((one) => sessionOf(one, bfd)), announced: await announcedBy(ask, known) };
    },
    none,
  );

const none: BgpFacts = { sessions: [], announced: [] };

interface Known {
  readonly neighbor: { readonly role: NeighborRole; readonly name: string };
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

function sessionOf({ neighbor, protocol }: Known, bfd: readonly BfdSession[]): SessionReport {
  const watch = bfdSessionOf(protocol, bfd);
  return {
    neighbor: neighbor.name,
    state: isEstablished(protocol) ? "Established" : "Down",
    since: protocol.since,
    bfd: watch === undefined ? "None" : watch.up ? "Up" : "Down",
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
