/** Figures that were found on the way, as cases. */
import type { Bar, Case, Side } from "../../tools/measure/benchmark.ts";

/** One after the other. */
function known(values: readonly number[]): Side {
  const left = [...values];
  return { run: async () => left.shift() ?? Number.NaN };
}

/** @param bars none when the figures are only told. */
export const toldEach = (name: string, unit: string, values: readonly number[], ...bars: readonly Bar[]): Case => ({
  name,
  unit,
  bars,
  measured: known(values),
  rounds: values.length,
});

export const told = (name: string, unit: string, value: number, ...bars: readonly Bar[]): Case =>
  toldEach(name, unit, [value], ...bars);

/** Beside what was found in the same rounds without what is measured. */
export const toldBeside = (
  name: string,
  unit: string,
  [values, floor]: readonly [values: readonly number[], floor: readonly number[]],
  ...bars: readonly Bar[]
): Case => ({ ...toldEach(name, unit, values, ...bars), baseline: known(floor) });
