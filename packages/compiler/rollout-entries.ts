/** What the ledger holds of rollouts: how they went, how far they are, and what can be had back. */
import type { WorkloadTier } from "@netwright/api";
import type { Instant } from "@netwright/base";

/**
 * How the last change of what a service's instances run was carried out, and is: for people, nothing is decided by it.
 * Kept until the next such change, or until the service is gone.
 */
export interface RolloutEntry {
  readonly kind: "Rollout";
  readonly project: string;
  readonly service: string;
  readonly since: Instant;
  /** Null while something of it is left to do. */
  readonly until: Instant | null;
  /** In the order in which they began. */
  readonly steps: readonly RolloutStep[];
}

/** One instance that goes, and the one that comes in its place. */
export interface RolloutStep {
  readonly tier: string;
  readonly old: string;
  /** Null where it goes without another, or as long as there is none. */
  readonly fresh: string | null;
  /** Of the fresh one. */
  readonly host: string | null;
  readonly placedAt: Instant | null;
  readonly readyAt: Instant | null;
  /** Since when the old one takes nothing new. */
  readonly drainedSince: Instant | null;
  readonly goneAt: Instant | null;
  /** Open ones of the old instance; of one that is gone, those that were cut. Null where nobody can tell. */
  readonly connections: number | null;
}

/** What a tier's instances are to run, and how far that is: decisions are made by it. */
export interface TierRolloutEntry {
  readonly kind: "TierRollout";
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  /** Number of the revision that the manifest asks for. */
  readonly asked: number;
  /** Hash of what new instances run. Another one than the manifest's where that was taken back. */
  readonly target: string;
  /** Hash of the last that all instances ran and were ready with; null: there was none yet. */
  readonly stable: string | null;
  /**
   * - `Paused`: the first new instance is ready, and somebody is to look at it.
   * - `Stopped`: it failed, and goes neither on nor back.
   * - `RollingBack`, `RolledBack`: it failed, and `stable` takes its place again, or has.
   */
  readonly phase: RolloutPhase;
  /** Why it failed; null where it did not. */
  readonly reason: string | null;
  /** Who paused it by hand; null: nobody. It outlives a rollout. */
  readonly heldBy: string | null;
  /** The pause after the first is over. */
  readonly isResumed: boolean;
  readonly since: Instant;
  readonly until: Instant | null;
  /** When something of it became ready or went last, and what was so then. */
  readonly progressAt: Instant;
  readonly progress: string;
  /** By id: since when instances of `target` have been ready without a break. */
  readonly readyAt: Readonly<Record<string, Instant>>;
}

export type RolloutPhase = "Progressing" | "Paused" | "Stopped" | "RollingBack" | "RolledBack" | "Complete";

/** What a tier was asked to run. The last ten of a tier are kept, so that one can be had back. */
export interface RevisionEntry {
  readonly kind: "Revision";
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  /** Counts up; what is asked for again has a new number. */
  readonly number: number;
  /** Of its template. */
  readonly hash: string;
  readonly at: Instant;
  readonly outcome: "UnderWay" | "Complete" | "Failed" | "Superseded";
  /** Of what failed. */
  readonly reason: string | null;
  readonly workload: WorkloadTier["workload"];
  readonly mutualTls?: WorkloadTier["mutualTls"];
}
