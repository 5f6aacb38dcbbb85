/** A histogram that was counted elsewhere, as prom-client's registry takes it: its own can only be added to. */
import { latencyBounds } from "@netwright/contract";
import type { Metric, MetricValueWithName } from "prom-client";

type Labels = Readonly<Record<string, string>>;

interface Description {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds in seconds, each one of `latencyBounds`. */
  readonly les: readonly number[];
}

export class LatencyHistogram {
  #counted: readonly (readonly [Labels, ArrayLike<number>])[] = [];
  readonly #description: Description;

  constructor(description: Description) {
    this.#description = description;
  }

  set(counted: readonly (readonly [Labels, ArrayLike<number>])[]): void {
    this.#counted = counted;
  }

  /** What a registry asks of a metric; its type knows only prom-client's own. */
  get metric(): Metric {
    const { name, help, labelNames } = this.#description;
    const get = async (): Promise<object> => ({
      name,
      help,
      type: "histogram",
      aggregator: "sum",
      values: this.#counted.flatMap(([labels, counts]) => this.#values(labels, counts)),
    });
    const reset = (): void => void (this.#counted = []);
    return { name, help, labelNames: [...labelNames], get, reset } as unknown as Metric;
  }

  #values(labels: Labels, counts: ArrayLike<number>): readonly MetricValueWithName<string>[] {
    const { name, les } = this.#description;
    const sums = cumulated(counts);
    const all = sums.at(-1) ?? 0;
    const bucket = (le: number | string, value: number) => ({
      metricName: `${name}_bucket`,
      labels: { le, ...labels },
      value,
    });
    return [
      ...les.map((le) => bucket(le, sums[latencyBounds.indexOf(Math.round(le * 1e6))] ?? 0)),
      bucket("+Inf", all),
      { metricName: `${name}_sum`, labels: { ...labels }, value: estimatedSum(counts) },
      { metricName: `${name}_count`, labels: { ...labels }, value: all },
    ];
  }
}

function cumulated(counts: ArrayLike<number>): readonly number[] {
  let sum = 0;
  return Array.from(counts, (count) => (sum += count));
}

/** Seconds, each answer taken as the middle of its bucket. */
const estimatedSum = (counts: ArrayLike<number>): number =>
  Array.from(counts, (count, bucket) => {
    const upper = latencyBounds[bucket] ?? latencyBounds.at(-1) ?? 0;
    return (count * ((latencyBounds[bucket - 1] ?? 0) + upper)) / 2e6;
  }).reduce((sum, value) => sum + value, 0);
