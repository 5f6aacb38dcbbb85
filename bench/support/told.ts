/** A figure that was found on the way, as a case. */
import type { Bar, Case } from "../../tools/measure/benchmark.ts";

/** @param bars none when the figure is only told. */
export const told = (name: string, unit: string, value: number, ...bars: readonly Bar[]): Case => ({
  name,
  unit,
  bars,
  measured: { run: async () => value },
  rounds: 1,
});
