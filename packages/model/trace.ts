/** The first packet of a connection, and the account of its way. */
import type { Ipv6 } from "@netwright/base";
import type { Origin, Protocol } from "@netwright/contract";

/** Where a packet starts: outside the fabric, or inside one instance's namespace. */
export type PacketFrom = "internet" | { readonly project: string; readonly instance: string };

export interface Packet {
  readonly from: PacketFrom;
  readonly source: Ipv6;
  readonly destination: Ipv6;
  readonly protocol: Protocol;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** What the destination was asked for as; absent where nobody asked for a name. */
  readonly name?: string;
}

/** One decision on the way. */
export interface Hop {
  /** A node, a tenant namespace on a host, or an instance: `edge1`, `host2`, `host2 default.web`, `shop-web-1`. */
  readonly place: string;
  /** What was decided there, in words. */
  readonly step: string;
  /** What the decision rests on: the addresses, MACs or slot that it used. */
  readonly detail: string;
  /** The manifest line that permits it. */
  readonly rule?: Origin;
  /** The place of an earlier hop, as good a way: the packet passes one of them, by equal cost. */
  readonly insteadOf?: string;
}

export type Verdict = "Delivered" | "Dropped";

/** The workload that got the packet, and the address and port that it sees. */
export interface Delivered {
  readonly project: string;
  readonly instance: string;
  readonly host: string;
  readonly address: Ipv6;
  readonly port: number;
}

export interface Trace {
  readonly verdict: Verdict;
  readonly hops: readonly Hop[];
  readonly deliveredTo?: Delivered;
  /** One sentence: why it stopped, or where it arrived. */
  readonly reason: string;
}

/** Collects hops while a packet walks. */
export class Walk {
  readonly #hops: Hop[] = [];

  step(place: string, step: string, detail: string, rule?: Origin): void {
    this.#hops.push(rule === undefined ? { place, step, detail } : { place, step, detail, rule });
  }

  /** Places at equal cost, of which the packet passes one: the first of them is on the way that is followed. */
  either(hops: readonly Hop[]): void {
    const [first] = hops;
    this.#hops.push(
      ...hops.map((hop) => (hop === first || first === undefined ? hop : { ...hop, insteadOf: first.place })),
    );
  }

  dropped(place: string, reason: string, detail = ""): Trace {
    this.step(place, "drop", detail === "" ? reason : detail);
    return { verdict: "Dropped", hops: this.#hops, reason: `${place}: ${reason}` };
  }

  /** The way ends with a drop that is a hop already. */
  stopped({ place, detail }: Hop): Trace {
    return { verdict: "Dropped", hops: this.#hops, reason: `${place}: ${detail}` };
  }

  /** The way goes on outside, where nothing is known of it. */
  left(place: string, detail: string): Trace {
    this.step(place, "leaves the site", detail);
    return { verdict: "Delivered", hops: this.#hops, reason: `it leaves the site at ${place}` };
  }

  delivered(to: Delivered): Trace {
    this.step(to.instance, "deliver", `[${to.address}]:${to.port}`);
    return {
      verdict: "Delivered",
      hops: this.#hops,
      deliveredTo: to,
      reason: `${to.instance} on ${to.host} receives it`,
    };
  }
}
