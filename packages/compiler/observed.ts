/** What agents reported, as far as deciding depends on it. */
import type { Digest } from "@netwright/base";
import type { InstancePhase } from "@netwright/contract";

export interface ObservedInstance {
  readonly phase: InstancePhase;
  /** True when a draining instance has no connection left. */
  readonly drained?: boolean;
}

export interface Observed {
  /** By `PROJECT/ID`. */
  readonly instances: ReadonlyMap<string, ObservedInstance>;
  /** By name. A node that is not here has not been heard of yet, which is not the same as not ready. */
  readonly nodes: ReadonlyMap<string, { readonly ready: boolean }>;
  /** By name: what hosts that were to look up an image found. Absent: nothing. */
  readonly images?: ReadonlyMap<string, Digest>;
}

export const nothingObserved: Observed = { instances: new Map(), nodes: new Map() };
