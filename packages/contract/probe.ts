/** One connection attempt from a node or an instance, and what became of it. */
import type { Ipv6 } from "@netwright/base";

export interface Probe {
  /** `icmp`: an echo request. */
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly destination: Ipv6;
  /** 0 for icmp. */
  readonly port: number;
  /** The kernel's choice where left out. */
  readonly sourcePort?: number;
}

/**
 * - `Connected`: a connection, an answer or an echo reply.
 * - `Refused`: a RST or port unreachable, so the packet came through and nobody listens there, or a load balancer has no member.
 * - `Silent`: nothing came back. Of TCP the packet was dropped; of UDP perhaps nobody wanted to answer.
 * - `Unreachable`: somebody on the way said so, `by` says who, or the kernel has no route.
 * - `Failed`: it could not be sent, which tells nothing of the way.
 */
export const probeOutcomes = ["Connected", "Refused", "Silent", "Unreachable", "Failed"] as const;
export type ProbeOutcome = (typeof probeOutcomes)[number];

export interface ProbeResult {
  readonly outcome: ProbeOutcome;
  /** From sending to the outcome. */
  readonly microseconds: number;
  /** In words: `RST`, `administratively prohibited`, `nothing for 3 s`. */
  readonly detail: string;
  /** Who answered or refused; empty where nobody did. */
  readonly by: string;
  /** That it was sent from; 0 for icmp, and where none was. */
  readonly sourcePort: number;
}

/**
 * A packet that came to an instance to open something: what its sender cannot know where no answer comes back. `source` as the
 * instance sees it.
 */
export interface Arrival extends Pick<Probe, "protocol" | "port"> {
  readonly source: Ipv6;
  /** 0 for icmp. */
  readonly sourcePort: number;
}
