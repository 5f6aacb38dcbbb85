/** What was measured of one service, up to one moment. */
import type { Instant } from "@netwright/base";
import type { MetricName } from "./policy.ts";

/** One metric of one tier, over the instances that are past their warm-up. */
export interface Sample {
  /** When it was measured. A decision judges itself what is stale. */
  readonly at: Instant;
  /** Summed over the instances that reported; a latency, which cannot be summed, is the tier's. */
  readonly value: number;
  /** How many instances it is of. Fewer than `ready`: the others are missing. */
  readonly instances: number;
}

/** Why no more instances can be had, and how many can. */
export interface Room {
  readonly more: number;
  readonly limit: "Hosts" | "Quota";
  /** Of those that are wanted already, so many have no place. */
  readonly lacking?: number;
}

export interface TierObservation {
  readonly name: string;
  /** What is wanted at the moment: what was decided last, or written by a person. Never a rollout's surge. */
  readonly wanted: number;
  /** Serving, and past their warm-up. */
  readonly ready: number;
  /** Wanted and not there yet: placed, booting, or ready for less than `warmUp`. */
  readonly warming: number;
  /** On their way out; they carry what they had, and nothing new. */
  readonly draining: number;
  /** True while instances are exchanged for others of a new revision. */
  readonly rollout: boolean;
  /** Absent: not known to be limited. */
  readonly room?: Room;
  /** Fewest that may be left for now, because of members that drain or of what others were promised. */
  readonly floor?: number;
  /** What is not measured at all is absent. */
  readonly metrics: Readonly<Partial<Record<MetricName, Sample>>>;
}

/** At the service's first tier that sees requests (connections, where nobody sees requests). */
export interface FrontDoor {
  /** Offered: all that arrive, served or not, 1/s. */
  readonly arrivals?: Sample;
  /** Answered, 1/s. */
  readonly completions?: Sample;
  /** ms */
  readonly latencyP95?: Sample;
  /** ms */
  readonly latencyP99?: Sample;
}

export interface Observation {
  readonly at: Instant;
  readonly front: FrontDoor;
  /** By the policy's names; in any order. A tier that is not here is left as it is. */
  readonly tiers: readonly TierObservation[];
}
