/** What a service's status tells of its autoscale. It changes when something is decided, not with every figure. Pure. */
import { leastOf, type Decision, type Observation, type Policy, type ReasonCode } from "@netwright/autoscale";
import type { Instant } from "@netwright/base";

export interface Resized {
  readonly at: Instant;
  readonly from: number;
  readonly to: number;
  readonly code: ReasonCode;
  readonly message: string;
}

export interface TierCourse {
  readonly desired: number;
  /** Fewest that may be left for now. */
  readonly floor: number;
  /** Why it has this size, and since when that has been the reason; in words as of then. */
  readonly code: ReasonCode;
  readonly message: string;
  readonly since: Instant;
  /** When it grew or shrank last. */
  readonly last?: Resized;
}

export interface Course {
  readonly bottleneck?: string;
  /** By tier, of those with autoscale. */
  readonly tiers: Readonly<Record<string, TierCourse>>;
}

/** The same object where nothing is new. */
export function courseAfter(
  before: Course | undefined,
  policy: Policy,
  observation: Observation,
  decision: Decision,
): Course {
  const tiers = policy.tiers.flatMap(({ name, scaling }): readonly (readonly [string, TierCourse])[] => {
    const seen = observation.tiers.find((tier) => tier.name === name);
    const desired = decision.desired[name];
    if (scaling === undefined || seen === undefined || desired === undefined) return [];
    const next = { desired, floor: leastOf(seen, scaling.min), wanted: seen.wanted };
    return [[name, tierAfter(before?.tiers[name], name, next, decision)]];
  });
  const { bottleneck } = decision;
  const same =
    before !== undefined &&
    before.bottleneck === bottleneck &&
    Object.keys(before.tiers).length === tiers.length &&
    tiers.every(([name, tier]) => before.tiers[name] === tier);
  return same ? before : { ...(bottleneck === undefined ? {} : { bottleneck }), tiers: Object.fromEntries(tiers) };
}

function tierAfter(
  before: TierCourse | undefined,
  tier: string,
  { desired, floor, wanted }: { readonly desired: number; readonly floor: number; readonly wanted: number },
  { at, reasons }: Decision,
): TierCourse {
  // What is said of the whole service comes first, and its own reason last.
  const reason = reasons.findLast((each) => each.tier === tier);
  const { code, message } = reason ?? { code: "Steady" as const, message: "" };
  if (reason?.direction !== undefined)
    return { desired, floor, code, message, since: at, last: { at, from: wanted, to: desired, code, message } };
  const isOld = before !== undefined && before.desired === desired && before.code === code;
  if (isOld && before.floor === floor) return before;
  const last = before?.last === undefined ? {} : { last: before.last };
  return isOld ? { ...before, floor } : { desired, floor, code, message, since: at, ...last };
}
