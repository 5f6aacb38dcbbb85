/** One tier through all its stages. */
import type { Instant } from "@netwright/base";
import { bound, roomWords } from "./bounds.ts";
import { saturation, type Finding, type TierLook } from "./bottleneck.ts";
import { carriedBy, chain, needOf, type Behind, type Chained } from "./chain.ts";
import { combine, type Combined } from "./combine.ts";
import { limit, withChange } from "./limit.ts";
import type { Direction, TierPolicy, TierScaling } from "./policy.ts";
import { reasonOf } from "./reasons.ts";
import { enough, isSymptom, recommend } from "./recommend.ts";
import { stabilise } from "./stabilise.ts";
import type { TierState } from "./state.ts";
import type { MetricRecommendation, Reason, StageLog, StageName } from "./types.ts";
import { formatMetric, formatRate, instances } from "./words.ts";

export interface TierInput {
  readonly policy: TierPolicy;
  readonly look: TierLook;
  /** With what was measured and learned up to now. */
  readonly state: TierState;
  readonly now: Instant;
  /** To be expected at the front door, 1/s. */
  readonly rate: number | undefined;
  /** Tiers behind this one, and what was decided for them. */
  readonly behind: readonly TierLook[];
  readonly narrow: Behind | undefined;
  /** A tier in front of it of which members drain. */
  readonly frontDrains: string | undefined;
  /** Set where this tier is to grow because the objective is missed by this factor. */
  readonly cure: { readonly finding: Finding; readonly strain: number } | undefined;
}

export interface TierOutcome {
  readonly name: string;
  /** Absent of tiers that their owner sizes. */
  readonly desired?: number;
  readonly perMetric: readonly MetricRecommendation[];
  readonly stages: readonly StageLog[];
  readonly reasons: readonly Reason[];
  readonly state: TierState;
  /** Set where it stays too small for the rate at the front door. */
  readonly narrow?: Behind;
}

export function decideTier(input: TierInput): TierOutcome {
  const { policy, look, state } = input;
  const collected = stage("Collect", look.name, collectWords(look));
  if (policy.scaling !== undefined) return scaled(input, policy.scaling, collected);
  const narrow = narrowOf(input, look.seen.wanted);
  return { name: look.name, perMetric: [], stages: [collected], reasons: [], state, ...narrow };
}

function scaled(input: TierInput, scaling: TierScaling, collected: StageLog): TierOutcome {
  const { look, state, now } = input;
  const { name, seen } = look;
  const { wanted } = seen;
  const stages: StageLog[] = [collected];
  const passed = <T extends { readonly replicas: number; readonly words: string }>(
    label: StageName,
    from: number,
    out: T,
  ): T => {
    stages.push({ stage: label, tier: name, from, to: out.replicas, words: out.words });
    return out;
  };
  const view = { scaling, seen, readings: look.readings, now };
  const perMetric = recommend(view).map((opinion) => unlessBehind(opinion, input.behind));
  for (const { name: metric, words } of perMetric) stages.push(stage("Recommend", name, `${metric}: ${words}`));
  const combined = passed("Combine", wanted, heldByFront(combine(view, perMetric), input));
  const chained = passed("Chain", combined.replicas, chainStage(input, scaling, combined));
  const cured = cure(input, chained.replicas);
  if (cured !== undefined) passed("Bottleneck", chained.replicas, cured);
  const asked = cured?.replicas ?? chained.replicas;
  const stable = passed("Stabilise", asked, stabilise(state, { at: now, wanted, asked }, scaling.behavior));
  const rules = stable.replicas > wanted ? scaling.behavior.scaleUp : scaling.behavior.scaleDown;
  const limited = passed(
    "Limit",
    stable.replicas,
    limit(state.changes, { at: now, wanted, asked: stable.replicas }, rules),
  );
  const bounded = passed("Bounds", limited.replicas, bound(seen, scaling, limited.replicas));
  const paused = pausedDirection(scaling, wanted, bounded.replicas);
  if (paused !== undefined) passed("Pause", bounded.replicas, { replicas: wanted, words: `${paused} is paused` });
  const desired = paused === undefined ? bounded.replicas : wanted;
  const changes = withChange(state.changes, { at: now, by: desired - wanted }, Object.values(scaling.behavior));
  const bottleneck = cured === undefined || cured.replicas <= chained.replicas ? {} : { bottleneck: cured.words };
  const course = { tier: name, wanted, desired, asked, combined, chained, bounded, ...bottleneck, ...unplaced(look) };
  return {
    name,
    desired,
    perMetric,
    stages,
    reasons: [reasonOf(paused === undefined ? course : { ...course, paused })],
    state: { ...state, highs: stable.highs, lows: stable.lows, changes },
    ...narrowOf(input, desired),
  };
}

function unplaced({ seen: { room } }: TierLook): { readonly unplaced?: string } {
  const { lacking = 0 } = room ?? {};
  return room === undefined || lacking === 0 ? {} : { unplaced: `${lacking} of them fit nowhere, ${roomWords(room)}` };
}

const stage = (label: StageName, tier: string, words: string): StageLog => ({ stage: label, tier, words });

function collectWords({ seen, readings }: TierLook): string {
  const parts = Object.entries(readings).map(
    ([metric, { value }]) => `${metric} ${formatMetric(metric as keyof typeof readings, value)}`,
  );
  const warming = seen.warming === 0 ? "" : `, ${seen.warming} starting`;
  const draining = seen.draining === 0 ? "" : `, ${seen.draining} draining`;
  const rollout = seen.rollout ? ", rollout under way" : "";
  return `${instances(seen.wanted)} wanted, ${seen.ready} ready${warming}${draining}${rollout}; ${parts.join(", ") || "nothing measured"}`;
}

/** What waits for a tier behind looks busy, and more of it would only wait with it. */
function unlessBehind(opinion: MetricRecommendation, behind: readonly TierLook[]): MetricRecommendation {
  if (opinion.replicas === undefined || !(isSymptom(opinion.metric) || opinion.metric === "connections"))
    return opinion;
  const cause = behind.findLast((tier) => saturation(tier) !== undefined);
  if (cause === undefined) return opinion;
  const { replicas: _, ...rest } = opinion;
  return { ...rest, words: `${opinion.words}; not listened to while ${cause.name} behind it is the bottleneck` };
}

function heldByFront(combined: Combined, { look, frontDrains }: TierInput): Combined {
  if (frontDrains === undefined || combined.replicas >= look.seen.wanted) return combined;
  const held = `${frontDrains} in front of it drains`;
  return { ...combined, replicas: look.seen.wanted, held, words: `${held}: it does not shrink yet` };
}

function chainStage(input: TierInput, scaling: TierScaling, combined: Combined): Chained {
  const { look, state, rate, narrow } = input;
  const mayShrink = combined.held === undefined && combined.replicas < look.seen.wanted;
  const chained = chain(
    { scaling, demands: state.demand, wanted: look.seen.wanted, rate, behind: narrow, mayShrink },
    combined.replicas,
  );
  const least = Math.min(look.seen.wanted, carriedSize(input));
  if (chained.replicas >= least) return chained;
  const load = formatRate(state.overload?.load ?? 0);
  return { replicas: least, words: `with fewer than ${least} it was the bottleneck, at ${load} for each instance` };
}

/** Stays clear of the load at which it was the bottleneck. */
const clear = 0.9;

const carriedSize = ({ rate, state: { overload } }: TierInput): number =>
  rate === undefined || overload === undefined ? 0 : enough(rate / (clear * overload.load));

const cureFactor = 2;

/** As much larger as the objective is missed, at most twice, and one at least. */
function cure(
  { look: { seen }, cure: due }: TierInput,
  asked: number,
): { replicas: number; words: string } | undefined {
  if (due === undefined) return undefined;
  const grown = Math.max(seen.wanted + 1, enough(seen.ready * Math.min(due.strain, cureFactor)));
  return {
    replicas: Math.max(asked, grown),
    words: `the objective is missed because of ${seen.name}: ${due.finding.message}`,
  };
}

function pausedDirection({ pause }: TierScaling, wanted: number, next: number): Direction | undefined {
  const direction = next > wanted ? "Up" : "Down";
  return next !== wanted && pause.directions.includes(direction) ? direction : undefined;
}

/** Slack: the rate that is offered is no exact figure. */
const slack = 1.1;

function narrowOf(
  { policy: { scaling }, look, state, rate, narrow }: TierInput,
  size: number,
): { readonly narrow?: Behind } {
  const need = rate === undefined ? undefined : needOf(scaling, state.demand, rate);
  const carried = carriedBy(scaling, state.demand, size);
  const own =
    need === undefined || carried === undefined || need <= size * slack
      ? undefined
      : { name: look.name, rate: carried * slack };
  const narrowest = own === undefined || (narrow !== undefined && narrow.rate < own.rate) ? narrow : own;
  return narrowest === undefined ? {} : { narrow: narrowest };
}
