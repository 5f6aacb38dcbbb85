/** Demand and supply over a run, thinned for a chart: the extremes of each part are kept. */

export interface Series {
  /** Seconds of one part; the last one may be shorter. */
  readonly step: number;
  /** The most that were needed in each part. */
  readonly demand: readonly number[];
  /** The fewest and the most that served. */
  readonly least: readonly number[];
  readonly most: readonly number[];
}

export interface SeriesBuilder {
  /** One second. */
  add(demand: number, supply: number): void;
  end(): Series;
}

/** About as many parts as a chart has pixels. */
const partsMax = 900;

/** @param length seconds */
export function createSeries(length: number): SeriesBuilder {
  const step = seriesStep(length);
  const [demands, least, most]: [number[], number[], number[]] = [[], [], []];
  let count = 0;
  return {
    add: (demand, supply) => {
      if (count++ % step === 0) {
        demands.push(demand);
        least.push(supply);
        most.push(supply);
        return;
      }
      const at = demands.length - 1;
      if (demand > (demands[at] ?? 0)) demands[at] = demand;
      if (supply < (least[at] ?? 0)) least[at] = supply;
      if (supply > (most[at] ?? 0)) most[at] = supply;
    },
    end: () => ({ step, demand: demands, least, most }),
  };
}

export const seriesStep = (length: number): number => Math.max(1, Math.ceil(length / partsMax));
