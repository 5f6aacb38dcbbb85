/** `GET /v1alpha1/topology`: what `graph` and the map print. */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly TopologyLink[];
  readonly sessions: readonly TopologySession[];
}

export interface TopologyNode {
  readonly name: string;
  readonly role: "Host" | "Router" | "Upstream";
  readonly asn: number;
  readonly ready: boolean;
  /** Instances there, by id. */
  readonly instances: readonly {
    readonly id: string;
    readonly service: string;
    readonly tier: string;
    readonly phase: string;
  }[];
}

export interface TopologyLink {
  readonly from: { readonly node: string; readonly interface: string; readonly address: string };
  readonly to: { readonly node: string; readonly address: string };
}

export interface TopologySession {
  readonly from: string;
  readonly to: string;
  readonly state: "Established" | "Down" | "Unknown";
  readonly bfd: "Up" | "Down" | "None";
  /** Prefixes that `from` announces to `to`. */
  readonly prefixes: readonly string[];
}
