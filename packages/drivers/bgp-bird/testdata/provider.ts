/** The provider: FRR, a BGP speaker that is not ours. */
import type { NodeSystem } from "@netwright/contract";
import { asns, linkAddress, links } from "../fixtures.ts";
import { startFrr } from "./frr.ts";

export const startProvider = async (system: NodeSystem): Promise<void> => void (await startFrr(system, configuration()));

function configuration(): string {
  const edges = links.flatMap(([a, b], index) => (a === "provider" ? [{ edge: b, address: linkAddress(index, 1) }] : []));
  return [
    "frr defaults datacenter",
    "hostname provider",
    `router bgp ${asns["provider"]}`,
    " bgp router-id 10.0.0.1",
    " no bgp ebgp-requires-policy",
    " no bgp default ipv4-unicast",
    " bgp bestpath as-path multipath-relax",
    ...edges.flatMap(({ edge, address }) => [
      ` neighbor ${address} remote-as ${asns[edge]}`,
      ` neighbor ${address} timers 3 9`,
      ` neighbor ${address} timers connect 1`,
      ` neighbor ${address} bfd 9 100 100`,
    ]),
    " address-family ipv6 unicast",
    "  maximum-paths 8",
    ...edges.flatMap(({ address }) => [`  neighbor ${address} activate`, `  neighbor ${address} default-originate`]),
    " exit-address-family",
    "",
  ].join("\n");
}
