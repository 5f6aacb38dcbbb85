/** What an apply would do, or did: the answer of a dry run and of the real one. */
import type { Origin } from "./origin.ts";
import type { ClauseProof } from "./proof.ts";

export interface Plan {
  readonly objects: readonly ObjectChange[];
  readonly addresses: readonly { readonly object: string; readonly address: string; readonly pool: string }[];
  /** `reason` explains the choice in one sentence. */
  readonly placements: readonly { readonly instance: string; readonly host: string; readonly reason: string }[];
  /** Instances that others take the place of, because what they run changes. */
  readonly replaced: readonly { readonly object: string; readonly instance: string; readonly by: string }[];
  /** What each host and router gains and loses; only those that change. */
  readonly nodes: readonly NodeChange[];
  /** Which connections become possible or impossible. */
  readonly flows: readonly FlowChange[];
  /** What becomes of contracts. Absent where nothing is proved, because nothing would change. */
  readonly contracts?: PlanContracts;
}

/** Counts are of all clauses, written and implied, as they are after the change. */
export interface PlanContracts {
  readonly proved: number;
  readonly justified: number;
  readonly notProved: number;
  readonly refuted: number;
  /** Clauses that the change breaks, in the end or on the way: it is refused. Those that it does not touch are not here. */
  readonly broken: readonly ClauseProof[];
  /** Clauses that it breaks, which somebody accepted. */
  readonly accepted: readonly ClauseProof[];
  /** Clauses that are proved now, and not after it, which does not stop it: the budget is not enough, or it does no harm. */
  readonly unproved: readonly ClauseProof[];
}

export interface ObjectChange {
  readonly change: "Create" | "Update" | "Delete" | "Unchanged";
  /** `service/shop`, with the project before it where it is not `default`. */
  readonly object: string;
  /** Paths of the fields that differ, for example `spec.tiers[0].replicas`; empty unless `Update`. */
  readonly fields: readonly string[];
}

export interface NodeChange {
  readonly node: string;
  readonly role: "Host" | "Router";
  readonly lines: readonly { readonly change: "+" | "-" | "~"; readonly text: string }[];
}

export interface FlowChange {
  readonly change: "Opened" | "Closed";
  /** `internet`, or SERVICE/TIER. */
  readonly from: string;
  /** SERVICE/TIER; of egress `internet`, a prefix of it, or a name. */
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly example: ExamplePacket;
  readonly origin: Origin;
}

export interface ExamplePacket {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: "tcp" | "udp";
  /** What the destination was looked up as, where a rule is about names. */
  readonly name?: string;
}
