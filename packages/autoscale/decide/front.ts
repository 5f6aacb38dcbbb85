/** What is known at the front door: what is asked for, what is answered, and how far the objective is. */
import { isFresh, refresh } from "./collect.ts";
import { ahead, level } from "./estimate.ts";
import type { Observation, Sample } from "./observation.ts";
import type { Objective, Policy } from "./policy.ts";
import type { State } from "./state.ts";

export interface Front {
  readonly state: Pick<State, "arrivals" | "completions" | "strain">;
  /** Offered, 1/s; undefined while it is not measured. */
  readonly rate?: number;
  /** The same at the time when instances that are asked for now will serve. */
  readonly coming?: number;
  /** Answered, 1/s; with the same lag as averages of tiers' usage. */
  readonly answered?: number;
  /** Measured latency as a share of the objective. */
  readonly strain?: number;
}

export function frontOf({ objective }: Policy, { at, front }: Observation, before: State): Front {
  const arrivals = refresh(before.arrivals, front.arrivals, at);
  const completions = refresh(before.completions, front.completions, at);
  const strained = objective === undefined ? undefined : strainOf(objective, front, at);
  const strain = refresh(before.strain, strained, at);
  return {
    state: {
      ...(arrivals === undefined ? {} : { arrivals }),
      ...(completions === undefined ? {} : { completions }),
      ...(strain === undefined ? {} : { strain }),
    },
    ...(arrivals === undefined || !isFresh(front.arrivals, at)
      ? {}
      : { rate: level(arrivals), coming: ahead(arrivals) }),
    ...(completions === undefined || !isFresh(front.completions, at) ? {} : { answered: completions.slow }),
    ...(strain === undefined || strained === undefined ? {} : { strain: level(strain) }),
  };
}

/** The worse of what was promised. */
function strainOf(objective: Objective, front: Observation["front"], at: Observation["at"]): Sample | undefined {
  const shares = (["latencyP95", "latencyP99"] as const).flatMap((name) => {
    const [limit, sample] = [objective[name], front[name]];
    return limit === undefined || !isFresh(sample, at) ? [] : [{ ...sample, value: sample.value / limit }];
  });
  return shares.toSorted((a, b) => b.value - a.value)[0];
}
