/**
 * How well supply followed demand. Formulas of the SPEC RG Cloud group ("Ready for Rain?", SPEC-RG-2016-01, section 3):
 * demand is the least number of instances that meets the objective, supply is how many serve. Pure.
 */

export interface Quality {
  /** Missing instances as a share of demand, mean over time, percent. SPEC's theta U. */
  readonly underAccuracy: number;
  /** Instances too many as a share of demand, mean over time, percent. SPEC's theta O. */
  readonly overAccuracy: number;
  /** Time with too few, percent. SPEC's tau U. */
  readonly underShare: number;
  /** Time with too many, percent. SPEC's tau O. */
  readonly overShare: number;
  /** Time in which supply and demand do not move in the same direction, percent, by the minute. SPEC's upsilon. */
  readonly instability: number;
}

export interface QualityMeter {
  /** @param demand at least 1 */
  add(demand: number, supply: number, seconds: number): void;
  quality(): Quality;
}

/** Directions are compared over so long a step: in one second hardly anything moves. */
const directionStep = 60;

export function qualityMeter(): QualityMeter {
  let [total, under, over, underTime, overTime] = [0, 0, 0, 0, 0];
  const directions = directionMeter();
  return {
    add: (demand, supply, seconds) => {
      total += seconds;
      if (supply < demand) {
        under += ((demand - supply) / demand) * seconds;
        underTime += seconds;
      } else if (supply > demand) {
        over += ((supply - demand) / demand) * seconds;
        overTime += seconds;
      }
      directions.add(demand, supply, seconds);
    },
    quality: () => ({
      underAccuracy: percent(under, total),
      overAccuracy: percent(over, total),
      underShare: percent(underTime, total),
      overShare: percent(overTime, total),
      instability: directions.share(),
    }),
  };
}

function directionMeter(): { add(demand: number, supply: number, seconds: number): void; share(): number } {
  let [waited, steps, unlike] = [0, 0, 0];
  let before: readonly [demand: number, supply: number] | undefined;
  return {
    add: (demand, supply, seconds) => {
      waited += seconds;
      if (before !== undefined && waited < directionStep) return;
      waited = 0;
      if (before !== undefined) {
        steps += 1;
        if (Math.sign(demand - before[0]) !== Math.sign(supply - before[1])) unlike += 1;
      }
      before = [demand, supply];
    },
    share: () => percent(unlike, steps),
  };
}

export const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
