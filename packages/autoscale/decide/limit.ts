/** Stage Limit, as HPA v2 has it: no more than so much comes or goes in any span of a rule's length. */
import { formatDuration, type Instant } from "@netwright/base";
import type { Direction, RatePolicy, ScalingRules } from "./policy.ts";
import type { Change } from "./state.ts";

export interface Limited {
  readonly replicas: number;
  readonly words: string;
}

export function limit(
  changes: readonly Change[],
  { at, wanted, asked }: { readonly at: Instant; readonly wanted: number; readonly asked: number },
  rules: ScalingRules,
): Limited {
  if (asked === wanted) return { replicas: asked, words: "passes" };
  const direction: Direction = asked > wanted ? "Up" : "Down";
  if (rules.selectPolicy === "Disabled")
    return { replicas: wanted, words: `${direction === "Up" ? "scaleUp" : "scaleDown"} is disabled` };
  const ends = rules.policies.map((policy) => ({ policy, end: farthest(policy, changes, { at, wanted, direction }) }));
  // Most change is the highest end on the way up and the lowest on the way down.
  const sign = (direction === "Up" ? 1 : -1) * (rules.selectPolicy === "Max" ? -1 : 1);
  const [chosen] = ends.toSorted((a, b) => sign * (a.end - b.end));
  if (chosen === undefined) return { replicas: asked, words: "passes" };
  // A rule holds back; it never turns a wish round.
  const replicas =
    direction === "Up" ? Math.max(wanted, Math.min(asked, chosen.end)) : Math.min(wanted, Math.max(asked, chosen.end));
  return { replicas, words: replicas === asked ? "passes" : `no more than ${ruleText(chosen.policy)}` };
}

/** What a rule allows at most, counted from the size at the beginning of its span. */
function farthest(
  { type, value, period }: RatePolicy,
  changes: readonly Change[],
  { at, wanted, direction }: { readonly at: Instant; readonly wanted: number; readonly direction: Direction },
): number {
  const recent = changes.filter(
    (change) => change.at > at - period && (direction === "Up" ? change.by > 0 : change.by < 0),
  );
  const start = wanted - recent.reduce((sum, { by }) => sum + by, 0);
  if (direction === "Up") return type === "Instances" ? start + value : Math.ceil((start * (100 + value)) / 100);
  return type === "Instances" ? start - value : Math.trunc((start * (100 - value)) / 100);
}

const ruleText = ({ type, value, period }: RatePolicy): string =>
  `${type === "Percent" ? `${value}%` : value} in ${formatDuration(period)}`;

/** What later decisions need. */
export function withChange(
  changes: readonly Change[],
  change: Change,
  rules: readonly ScalingRules[],
): readonly Change[] {
  const longest = Math.max(0, ...rules.flatMap(({ policies }) => policies.map(({ period }) => period)));
  const kept = changes.filter(({ at }) => at > change.at - longest);
  return change.by === 0 ? kept : [...kept, change];
}
