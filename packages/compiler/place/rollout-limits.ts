/** How many instances of what a tier is to run there may be, and how many of others there must be. Pure. */
import type { Rollout } from "@netwright/api";
import type { Milliseconds } from "@netwright/base";
import type { TemplateEntry } from "../ledger-entries.ts";
import type { RolloutPhase } from "../rollout-entries.ts";

export interface RolloutLimits {
  /** New ones that may be there, at most `replicas`. */
  readonly freshMax: number;
  /** New and old ones together. */
  readonly totalMax: number;
  /** Those that serve, new and old. */
  readonly servingMin: number;
  /** Nothing is replaced; only what is too much goes. */
  readonly isHeld: boolean;
  /** Where there is no room for both, the old one does not go first. */
  readonly isStrict: boolean;
  /** What takes an instance's place where no more new ones may come. */
  readonly filler: TemplateEntry | undefined;
  /** Why old ones go, in words. */
  readonly because: string;
}

export interface LimitsInput {
  readonly rollout: Rollout | undefined;
  readonly replicas: number;
  readonly phase: RolloutPhase;
  /** By hand, or until what new ones lead to is there. */
  readonly isPaused: boolean;
  /** One new one may come, and no other before somebody has looked at it. */
  readonly pausesAfterFirst: boolean;
  /** New ones that are there now. */
  readonly fresh: number;
  /** Old ones that are there now. */
  readonly outdated: number;
  readonly filler: TemplateEntry | undefined;
}

/** Surge is rounded up and unavailability down; where both come to none, one may be unavailable: as Kubernetes does it. */
export function allowances(
  { maxSurge, maxUnavailable }: Pick<Rollout, "maxSurge" | "maxUnavailable">,
  replicas: number,
): { readonly surge: number; readonly unavailable: number } {
  const of = (share: Rollout["maxSurge"], round: (value: number) => number): number =>
    "count" in share ? share.count : round((share.percent * replicas) / 100);
  const surge = of(maxSurge, Math.ceil);
  const unavailable = Math.min(replicas, of(maxUnavailable, Math.floor));
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function limitsOf(input: LimitsInput): RolloutLimits {
  const { rollout, replicas, phase, isPaused, pausesAfterFirst, fresh, outdated, filler } = input;
  const back = phase === "RollingBack";
  const because = back || phase === "RolledBack" ? "replaced: what it runs failed" : "replaced: its workload changed";
  const { surge, unavailable } =
    rollout === undefined ? { surge: Infinity, unavailable: 0 } : allowances(rollout, replicas);
  const isHeld = !back && outdated > 0 && (isPaused || phase === "Stopped");
  const isFirst = !back && outdated > 0 && pausesAfterFirst;
  // With a single replica the old one stays beside the first new one for as long as that is looked at.
  const servingMin = Math.max(replicas - unavailable, isFirst && replicas > 0 && surge > 0 ? fresh + 1 : 0);
  return {
    freshMax: isHeld ? Math.min(fresh, replicas) : isFirst ? Math.min(1, replicas) : replicas,
    totalMax: replicas + surge,
    servingMin: isHeld ? replicas + (surge === Infinity ? outdated : surge) : servingMin,
    isHeld,
    isStrict: rollout !== undefined && unavailable === 0,
    filler: isHeld || isFirst ? filler : undefined,
    because,
  };
}

/** How long a new instance is to be ready until it counts: what is known to be good counts at once. */
export const seasoning = (rollout: Rollout | undefined, isNew: boolean): Milliseconds =>
  rollout === undefined || !isNew ? (0 as Milliseconds) : rollout.minReady;

/** Of tiers that change in place. */
export const noLimits = (replicas: number): RolloutLimits => ({
  freshMax: replicas,
  totalMax: Infinity,
  servingMin: replicas,
  isHeld: false,
  isStrict: false,
  filler: undefined,
  because: "",
});
