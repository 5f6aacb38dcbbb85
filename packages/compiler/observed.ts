/** What agents reported, as far as deciding depends on it. */
import type { Digest, Instant, Ipv6Prefix } from "@netwright/base";
import type { InstancePhase } from "@netwright/contract";

export interface ObservedInstance {
  readonly phase: InstancePhase;
  /** True when it is unhealthy again and again: nobody sends it anything until it is Ready. */
  readonly flapping?: true;
  /** True when a draining instance has no connection left. */
  readonly drained?: boolean;
  /** How often its program was started again. */
  readonly restarts?: number;
  /** What its agent says of it, for people. */
  readonly message?: string;
  /** What proxies saw of it lately; absent where none sent it anything. */
  readonly served?: Served;
  /** Open ones, as they were reported last; absent where that cannot be told. No news by themselves. */
  readonly connections?: number;
}

/** Requests of about the last half minute. */
export interface Served {
  readonly requests: number;
  /** Answered 5xx, broken off, or never answered. */
  readonly failures: number;
}

export interface ObservedNode {
  readonly ready: boolean;
  /** When it was heard of last, by the clock of `now`. */
  readonly heardAt?: Instant;
  /** What it announces to its edges. */
  readonly announced?: ReadonlySet<Ipv6Prefix>;
  /** Ids of the volumes whose data is there. */
  readonly volumes?: ReadonlySet<string>;
  /** True when its links and rules are those of the state that it was given last. */
  readonly inForce?: boolean;
  /** True when it has been for a moment all that it should be. */
  readonly settled?: boolean;
}

export interface Observed {
  /** By `PROJECT/ID`. */
  readonly instances: ReadonlyMap<string, ObservedInstance>;
  /** By name. A node that is not here has not been heard of yet, which is not the same as not ready. */
  readonly nodes: ReadonlyMap<string, ObservedNode>;
  /** By name: what hosts that were to look up an image found. Absent: nothing. */
  readonly images?: ReadonlyMap<string, Digest>;
}

export const nothingObserved: Observed = { instances: new Map(), nodes: new Map() };
