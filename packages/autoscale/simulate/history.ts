/** What happened in one tier in the last seconds: enough for a metric that is late and averaged. */

/** One second of one tier. */
export interface Moment {
  /** Requests that arrived. */
  readonly offered: number;
  readonly served: number;
  /** Requests that could have been served. */
  readonly capacity: number;
  /** Requests that wait at its end. */
  readonly backlog: number;
  /** Instances past the policy's warm-up. */
  readonly warm: number;
  readonly serving: number;
}

export interface History {
  add(moment: Moment): void;
  /** Mean of `window` seconds that ended `delay` seconds before the last one; of fewer at the beginning. */
  mean(delay: number, window: number): Moment;
}

const fields = 6;

/** @param length seconds that are kept */
export function createHistory(length: number): History {
  const rows = new Float64Array(length * fields);
  let count = 0;
  return {
    add: (moment) => {
      const at = (count++ % length) * fields;
      rows[at] = moment.offered;
      rows[at + 1] = moment.served;
      rows[at + 2] = moment.capacity;
      rows[at + 3] = moment.backlog;
      rows[at + 4] = moment.warm;
      rows[at + 5] = moment.serving;
    },
    mean: (delay, window) => {
      const last = Math.max(0, count - 1 - delay);
      const first = Math.max(0, count - length, last - window + 1);
      const mean = (field: number): number => {
        let sum = 0;
        for (let second = first; second <= last; second += 1) sum += rows[(second % length) * fields + field] ?? 0;
        return sum / (last - first + 1);
      };
      const now = (field: number): number => rows[(last % length) * fields + field] ?? 0;
      return { offered: mean(0), served: mean(1), capacity: mean(2), backlog: mean(3), warm: now(4), serving: now(5) };
    },
  };
}
