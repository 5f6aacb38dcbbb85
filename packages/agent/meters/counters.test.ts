import { milliseconds } from "@netwright/base";
import { measured, type MetricsRow } from "@netwright/contract";
import { expect, test } from "vitest";
import { Counters, type Reading } from "./counters.ts";

const names = Object.keys(measured.Member);
const told = ([, elapsed, values, latencies]: MetricsRow) => ({
  elapsed,
  ...Object.fromEntries(names.map((name, index) => [name, values[index]]).filter(([, value]) => value !== null)),
  ...(latencies === undefined ? {} : { latencies }),
});
const reading = (
  values: Reading<"Member">["values"],
  engine = "1",
  latencies?: ReadonlyMap<number, number>,
): Reading<"Member"> => ({ subject: "p/x/y", engine, values, ...(latencies === undefined ? {} : { latencies }) });

const look = (counters: Counters, at: number, ...args: Parameters<typeof reading>) =>
  told(counters.row("Member", reading(...args), milliseconds(at)));

test("the first look tells gauges; counters are how much they rose since the look before", () => {
  const counters = new Counters();
  expect(look(counters, 0, { requests: 100, queue: 2 })).toEqual({ elapsed: null, queue: 2 });
  expect(look(counters, 1003, { requests: 140, queue: 0 })).toEqual({ elapsed: 1003, requests: 40, queue: 0 });
});

test("a restarted engine began at zero", () => {
  const counters = new Counters();
  look(counters, 0, { requests: 100 });
  expect(look(counters, 1000, { requests: 120 }, "2")).toEqual({ elapsed: 1000, requests: 120 });
  // Cleared by somebody.
  expect(look(counters, 2000, { requests: 7 }, "2")).toEqual({ elapsed: 1000, requests: 7 });
});

test("what could not be read is missing, and so is what came to be read since", () => {
  const counters = new Counters();
  look(counters, 0, { requests: 100 });
  expect(look(counters, 1000, { failed: 5 })).toEqual({ elapsed: 1000 });
  expect(look(counters, 2000, { requests: 300, failed: 6 })).toEqual({ elapsed: 1000, failed: 1 });
});

test("a pause is bridged while it is short", () => {
  const counters = new Counters();
  look(counters, 0, { requests: 0 });
  expect(look(counters, 4000, { requests: 40 })).toEqual({ elapsed: 4000, requests: 40 });
  expect(look(counters, 9500, { requests: 90 })).toEqual({ elapsed: null });
  counters.forget(milliseconds(20_000));
  expect(look(counters, 20_001, { requests: 95 })).toEqual({ elapsed: null });
});

test("latencies: buckets that rose; a row that went and came again counts anew", () => {
  const counters = new Counters();
  const first = new Map([
    [3, 10],
    [5, 1],
  ]);
  expect(look(counters, 0, {}, "1", first)).toEqual({ elapsed: null });
  expect(
    look(
      counters,
      1000,
      {},
      "1",
      new Map([
        [3, 12],
        [5, 1],
        [9, 4],
      ]),
    ),
  ).toMatchObject({ latencies: [3, 2, 9, 4] });
  expect(look(counters, 2000, {}, "1", new Map([[3, 1]]))).toMatchObject({ latencies: [3, 1] });
});
