/** Lines that every configuration of FRR here has. Pure. */
import type { TopologyNode } from "../topology/topology.ts";

export const frrHead = ({ name }: Pick<TopologyNode, "name">): readonly string[] => [
  "frr version 8.4",
  "frr defaults traditional",
  `hostname ${name}`,
  "!",
];

/** @param profile of BFD. */
export function neighborLines(address: string, asn: number, profile: "edge" | "host"): readonly string[] {
  return [
    ` neighbor ${address} remote-as ${asn}`,
    ` neighbor ${address} bfd profile ${profile}`,
    ` neighbor ${address} timers 3 9`,
    ` neighbor ${address} timers connect 1`,
    ` neighbor ${address} advertisement-interval 0`,
  ];
}

export const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;
