/** `GET /v1alpha1/trace`: the way of one connection, and where and why it stops. */
import type { Origin } from "./origin.ts";

/** Which connection. */
export interface ConnectionQuery {
  /** May be left out where an instance connects to a name. */
  readonly destination?: string;
  /** What the instance looks up; rules by name are about it. */
  readonly name?: string;
  readonly port: number;
  readonly protocol?: "tcp" | "udp";
  /** The instance that connects; from the internet when left out. */
  readonly instance?: string;
  readonly project?: string;
  /** From the internet: the address that connects. */
  readonly source?: string;
  readonly sourcePort?: number;
}

export interface ConnectionTrace {
  /** `Delivered`: allowed by the states and nothing is wrong on the way. `Broken`: allowed, but something on the way is not as it should be. */
  readonly verdict: "Delivered" | "Dropped" | "Broken";
  readonly hops: readonly TraceHop[];
  /** One sentence: where it arrives, or where and why it stops. */
  readonly reason: string;
}

export interface TraceHop {
  /** A node, a tenant namespace on a host (`host2 default.web`), or an instance. */
  readonly place: string;
  /** What is decided there, in words. */
  readonly step: string;
  /** What the decision rests on. */
  readonly detail: string;
  /** The manifest line that permits it. */
  readonly rule?: Origin;
  /** The place of an earlier hop, as good a way: a connection passes one of them, by equal cost. */
  readonly insteadOf?: string;
  /** What is wrong there right now; empty when all is as it should be. */
  readonly findings: readonly string[];
}
