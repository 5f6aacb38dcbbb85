import { describe, expect, test } from "vitest";
import { describeBar, type Case, type Side } from "./benchmark.ts";
import { holds, measureCase } from "./measure.ts";
import { median, ratioInterval, seeded } from "./statistics.ts";
import { figure, renderTable } from "./table.ts";

describe("statistics", () => {
  test("median of odd and even counts; of nothing is an error", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });

  test("the same seed gives the same numbers, all in [0, 1)", () => {
    const draw = (): readonly number[] => Array.from({ length: 1000 }, seeded(7));
    expect(draw()).toEqual(draw());
    expect(draw().every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test("equal rounds give an interval of no width; noise widens it around the ratio", () => {
    const even = Array.from({ length: 10 }, () => ({ measured: 3, baseline: 2 }));
    expect(ratioInterval(even)).toEqual({ low: 1.5, high: 1.5 });
    const noisy = Array.from({ length: 10 }, (_, index) => ({
      measured: 3 + (index % 3),
      baseline: 2 + (index % 2) / 10,
    }));
    const { low, high } = ratioInterval(noisy);
    expect(low).toBeLessThan(high);
    expect(low).toBeGreaterThan(1);
    expect(high).toBeLessThan(2.51);
  });
});

/** A side that takes so many ticks of the stopwatch and writes down what was called. */
function side(name: string, ticks: number, watch: { now: number }, log: string[]): Side {
  return {
    prepare: async () => void log.push(`${name} prepare`),
    run: async () => {
      log.push(name);
      watch.now += ticks;
    },
    close: async () => void log.push(`${name} close`),
  };
}

describe("measureCase", () => {
  const bar = { of: "ratio", atMost: 1.5 } as const;

  test("rounds are interleaved, the first place alternates, and both sides are closed", async () => {
    const watch = { now: 0 };
    const log: string[] = [];
    const one: Case = {
      name: "x",
      bars: [bar],
      measured: side("a", 6, watch, log),
      baseline: side("b", 4, watch, log),
    };
    const result = await measureCase("bench", one, 3, () => watch.now);
    expect(log).toEqual(["a prepare", "b prepare", "a", "b", "b", "a", "a", "b", "a close", "b close"]);
    expect(result).toMatchObject({ ratio: 1.5, held: true, rounds: 3, measured: { median: 6, min: 6, max: 6 } });
  });

  test("a figure that run returns is taken instead of the time", async () => {
    const one: Case = {
      name: "x",
      unit: "Gbit/s",
      bars: [{ of: "median", atLeast: 9 }],
      measured: { run: async () => 9.5 },
    };
    const result = await measureCase("bench", one, 2, () => 0);
    expect(result).toMatchObject({ measured: { median: 9.5 }, baseline: null, ratio: null, held: true });
  });

  test("what was opened is closed when a round fails", async () => {
    const log: string[] = [];
    const failing: Side = {
      run: () => Promise.reject(new RangeError("broken")),
      close: async () => void log.push("close"),
    };
    await expect(measureCase("bench", { name: "x", bars: [bar], measured: failing }, 1, () => 0)).rejects.toThrow(
      "broken",
    );
    expect(log).toEqual(["close"]);
  });

  test("a bar on a ratio is missed without a baseline", () => {
    expect(holds(bar, null)).toBe(false);
    expect(holds(bar, 1.51)).toBe(false);
    expect(holds({ of: "median", atLeast: 5 }, 5)).toBe(true);
  });
});

describe("the table", () => {
  test("figures have three digits", () => {
    expect([0, 0.01234, 1.234, 12.34, 123.4, 1234].map(figure)).toEqual(["0", "0.0123", "1.23", "12.3", "123", "1234"]);
  });

  test("columns are aligned and say whether the bar was held", async () => {
    const watch = { now: 0 };
    const measured = side("a", 6, watch, []);
    const one: Case = { name: "1,000 routes", bars: [{ of: "median", atMost: 5 }], measured };
    const table = renderTable([await measureCase("routes", one, 2, () => watch.now)]);
    expect(table).toBe(
      [
        "BENCHMARK  CASE          MEASURED (MIN..MAX)   BASELINE (MIN..MAX)  RATIO [95 %]  BAR",
        "routes     1,000 routes  6.00 ms (6.00..6.00)  -                    -             median <= 5  missed",
      ].join("\n"),
    );
    expect(describeBar({ of: "ratio upper bound", atMost: 1.15 })).toBe("ratio upper bound <= 1.15");
  });
});
