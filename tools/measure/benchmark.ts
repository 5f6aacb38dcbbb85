/** What a file bench/NAME.bench.ts exports as `benchmark`. */

/** One side of a comparison. Its time is what `run` takes, unless `run` measures something itself and returns it. */
export interface Side {
  /** Made ready before the first round, not measured. */
  prepare?(): Promise<void>;
  /** Before each round, not measured. */
  reset?(): Promise<void>;
  /** @returns a figure in the case's unit instead of the milliseconds that it took */
  run(): Promise<number | void>;
  /** After the last round, also when a round failed. */
  close?(): Promise<void>;
}

export interface Case {
  /** For example `1,000 routes`. */
  readonly name: string;
  /** Default `ms`. */
  readonly unit?: string;
  readonly measured: Side;
  /** The same thing as its own authors would do it; undefined when the bar is absolute. */
  readonly baseline?: Side;
  /** All of them must hold; none when the figure is only told. */
  readonly bars: readonly Bar[];
  /** At most so many, for what takes long: a lab of a hundred hosts is not built ten times. */
  readonly rounds?: number;
}

/** What was promised: a bound on the median, or on the ratio of the medians. */
export interface Bar {
  readonly of: "median" | "ratio" | "ratio upper bound";
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface BenchmarkContext {
  /** Rounds asked for on the command line, or the default. */
  readonly rounds: number;
}

export interface Benchmark {
  readonly name: string;
  /** What is promised, in words. */
  readonly bar: string;
  /** The cases, ready to be run; it may build what they share. */
  cases(context: BenchmarkContext): Promise<readonly Case[]>;
}

export function describeBar(bar: Bar): string {
  const bounds = [
    bar.atMost === undefined ? undefined : `<= ${bar.atMost}`,
    bar.atLeast === undefined ? undefined : `>= ${bar.atLeast}`,
  ];
  return `${bar.of} ${bounds.filter((bound) => bound !== undefined).join(", ")}`;
}
