/** Clauses of contracts as everybody behind the loader sees them: one form, every default of the place filled in. */
import type { IpPrefix } from "@netwright/base";
import type { FieldPath } from "../kind.ts";

/** Tiers of services: all that are given must hold. What is not given is not asked. */
export interface TierSelector {
  readonly project?: string;
  readonly network?: string;
  readonly service?: string;
  readonly tier?: string;
  /** Of services. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** `cidr`: addresses outside the fabric. */
export type EndSelector = "internet" | "anything" | { readonly cidr: IpPrefix } | TierSelector;

export interface PortInterval {
  readonly first: number;
  /** Within. */
  readonly last: number;
}

interface ClauseBase {
  /** As written, or `ensures[0]`, `invariants[1]`. Unique in its contract. */
  readonly name: string;
  readonly kind: "Ensures" | "Invariant";
  /** In the object that it stands in. */
  readonly path: FieldPath;
  /** Any of them. */
  readonly to: readonly EndSelector[];
  readonly protocols: readonly ("tcp" | "udp" | "icmp")[];
  /** Empty: all that are meant by the form. Disjoint, in order. */
  readonly ports: readonly PortInterval[];
  /** How often it is looked at while it runs; absent: never. */
  readonly monitor?: { readonly everyMs: number };
}

export interface CanReach extends ClauseBase {
  readonly form: "CanReach";
  readonly from: readonly EndSelector[];
  /** In order. Empty: directly. */
  readonly through: readonly TierSelector[];
  readonly despiteHostLoss: boolean;
}

export interface CannotReach extends ClauseBase {
  readonly form: "CannotReach";
  readonly from: readonly EndSelector[];
}

export interface OnlyThrough extends ClauseBase {
  readonly form: "OnlyThrough";
  readonly from: readonly EndSelector[];
  readonly through: readonly TierSelector[];
}

export interface OnlyFrom extends ClauseBase {
  readonly form: "OnlyFrom";
  /** Nobody but them. */
  readonly from: readonly EndSelector[];
}

export type Clause = CanReach | CannotReach | OnlyThrough | OnlyFrom;

export interface Justification {
  /** Name of a clause of the same contract. */
  readonly clause: string;
  readonly reason: string;
  readonly path: FieldPath;
}

/** One object's contract. */
export interface ContractOf {
  /** `service/shop`, `network/backend`, `contract/pci`. */
  readonly object: string;
  readonly clauses: readonly Clause[];
  readonly justified: readonly Justification[];
}
