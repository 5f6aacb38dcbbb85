/** What of a decision's state would change decisions to come, were it lost. Pure. */
import type { State } from "@netwright/autoscale";
import type { Instant } from "@netwright/base";
import type { Kept } from "./kept.ts";

type TierState = State["tiers"][string];
type Marks = TierState["highs"];

/** A cost or a load that is off by less is not worth a write. */
const noticeable = 0.1;

export function isWorthKeeping(before: Kept, now: Kept): boolean {
  const [old, young] = [before.decision.state, now.decision.state];
  const names = new Set([...Object.keys(old.tiers), ...Object.keys(young.tiers)]);
  return (
    before.uid !== now.uid ||
    before.course !== now.course ||
    JSON.stringify(old.trial) !== JSON.stringify(young.trial) ||
    idsOf(before) !== idsOf(now) ||
    [...names].some((name) => hasLearned(old.tiers[name], young.tiers[name]))
  );
}

const idsOf = ({ readySince }: Kept): string =>
  Object.entries(readySince)
    .map(([id, since]) => `${id} ${since}`)
    .toSorted()
    .join();

function hasLearned(before: TierState | undefined, now: TierState | undefined): boolean {
  if (before === undefined || now === undefined) return true;
  const metrics = Object.keys(now.demand) as (keyof TierState["demand"])[];
  return (
    sizesIn(before.highs) !== sizesIn(now.highs) ||
    sizesIn(before.lows) !== sizesIn(now.lows) ||
    before.changes.at(-1)?.at !== now.changes.at(-1)?.at ||
    isOff(before.carried, now.carried) ||
    isOff(before.overload?.load, now.overload?.load) ||
    metrics.some((metric) => isOff(costOf(before, metric), costOf(now, metric)))
  );
}

const sizesIn = (marks: Marks): string => marks.map(({ replicas }) => replicas).join();

function costOf({ demand }: TierState, metric: keyof TierState["demand"]): number | undefined {
  const known = demand[metric];
  return known === undefined || known.rateSquared === 0 ? undefined : known.rateUsage / known.rateSquared;
}

function isOff(before: number | undefined, now: number | undefined): boolean {
  if (before === undefined || now === undefined) return before !== now;
  return Math.abs(now - before) > noticeable * Math.abs(before);
}

/**
 * With its windows as they were later, at a time until which nothing worth a write was learned: the recommendation that was
 * the newest is so still.
 */
export function stretched(kept: Kept, until: Instant): Kept {
  const { decision } = kept;
  if (until <= decision.at) return kept;
  const stretch = (marks: Marks): Marks =>
    marks.map((mark, index) => (index === marks.length - 1 ? { ...mark, at: until } : mark));
  const tiers = Object.entries(decision.state.tiers).map(([name, tier]) => [
    name,
    { ...tier, highs: stretch(tier.highs), lows: stretch(tier.lows) },
  ]);
  return { ...kept, decision: { ...decision, state: { ...decision.state, tiers: Object.fromEntries(tiers) } } };
}
