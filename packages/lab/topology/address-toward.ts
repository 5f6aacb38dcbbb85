/** By which address one node knows another. Pure. */
import type { Ipv6 } from "@netwright/base";
import { addressOf } from "../programs/program.ts";
import type { Topology } from "./topology.ts";

/** On a link between them, else on the switch that both are on, else its first one; null when it has none. */
export function addressToward({ nodes }: Topology, from: string, to: string): Ipv6 | null {
  const [asker, asked] = [from, to].map((name) => nodes.find((node) => node.name === name));
  if (asked === undefined) return null;
  const near = asked.ports.find(({ peer, address }) => peer.node === from && address !== null)?.address;
  const shared = (asker?.management ?? null) === null ? null : asked.management;
  return near ?? shared ?? addressOf(asked) ?? asked.host?.vtep ?? null;
}
