/** What one end can send to another, as far as single ports tell them apart: rules are about single ports. */
import type { DomainPattern, Ipv6, Ipv6Prefix } from "@netwright/base";
import type { LoadBalancer, LoadBalancerMember, Origin, Protocol, WorkloadState } from "@netwright/contract";
import type { End, TierEnd } from "./ends.ts";
import type { Local } from "./network.ts";

/** A connection that is tried: enough to make its packet. */
export type Attempt =
  | {
      readonly kind: "Inside";
      readonly from: Local;
      readonly source: WorkloadState;
      readonly to: Local;
      readonly target: WorkloadState;
    }
  | (Entering & { readonly kind: "Public"; readonly destination: Ipv6 })
  | {
      readonly kind: "Egress";
      readonly from: Local;
      readonly source: WorkloadState;
      readonly destination: Ipv6;
      /** What it looks up; undefined where the rule is about addresses. */
      readonly name: string | undefined;
      /** Where it comes in again, and as whose; undefined: it does not, or by the first of equal ways. */
      readonly again: (Entering & { readonly as: Ipv6 }) | undefined;
    };

/** What becomes of a packet from outside. */
export interface Entering {
  /** Where it comes into the site; undefined: by the first of equal ways. */
  readonly node: string | undefined;
  readonly listener: { readonly local: Local; readonly listener: LoadBalancer } | undefined;
  readonly member: { readonly member: LoadBalancerMember; readonly local: Local | undefined } | undefined;
}

export interface Edge {
  readonly from: End;
  readonly to: End;
  readonly protocol: Protocol;
  /** That the sender connects to. */
  readonly port: number;
  /** Where the sender connects to a public address. */
  readonly listener: { readonly vip: Ipv6; readonly service: TierEnd } | undefined;
  /** Where it leads out. */
  readonly egress: Ipv6Prefix | DomainPattern | undefined;
  readonly origins: readonly Origin[];
  /** Some packet on some host gets through: this one. Undefined: none does. */
  readonly may: Attempt | undefined;
  /** Undefined: every packet gets through, of every instance, on every host, to every member. Else one that does not. */
  readonly fails: Attempt | undefined;
  /** Pairs that were looked at. */
  readonly steps: number;
}

export const isMust = ({ may, fails }: Edge): boolean => may !== undefined && fails === undefined;
