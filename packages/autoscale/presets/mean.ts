/** Arithmetic means over spans: what other systems see of measurements that come more often than they look. */
export interface Mean {
  readonly sum: number;
  readonly count: number;
}

export const noMean: Mean = { sum: 0, count: 0 };

export const withValue = ({ sum, count }: Mean, value: number | undefined): Mean =>
  value === undefined ? { sum, count } : { sum: sum + value, count: count + 1 };

export const meanOf = ({ sum, count }: Mean): number | undefined => (count === 0 ? undefined : sum / count);
