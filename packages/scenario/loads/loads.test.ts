import { milliseconds } from "@netwright/base";
import { describe, expect, test } from "vitest";
import {
  isFresh,
  parseReady,
  parseResult,
  parseSettled,
  printReady,
  printResult,
  printSettled,
} from "./generator-line.ts";
import { Requests } from "./requests.ts";

const ms = milliseconds;

describe("requests that have ended", () => {
  const requests = new Requests();
  for (let index = 0; index < 100; index++) {
    const failed = index >= 20 && index < 45;
    const common = { at: ms(1000 + index * 10), took: ms(index + 1) };
    requests.add(failed ? { ...common, failure: `failure ${index}` } : common);
  }

  test("are counted since a moment; the first failures are told", () => {
    expect(requests.counts(ms(0), Infinity)).toMatchObject({ succeeded: 75, failed: 25, p99: 100 });
    expect(requests.counts(ms(0), Infinity).failures).toHaveLength(20);
    expect(requests.counts(ms(1440), Infinity)).toMatchObject({
      succeeded: 55,
      failed: 1,
      failures: [{ at: 1440, message: "failure 44" }],
    });
    expect(requests.counts(ms(1450), Infinity)).toMatchObject({ succeeded: 55, failed: 0, failures: [] });
    expect(requests.counts(ms(9999), Infinity)).toEqual({ succeeded: 0, failed: 0, p99: null, failures: [] });
  });

  test("are counted among the last that were sent, in whatever order they ended", () => {
    const few = new Requests();
    const end = (at: number, failure?: string): void =>
      few.add({ at: ms(at), took: ms(1), ...(failure === undefined ? {} : { failure }) });
    end(30);
    end(10, "late to fail");
    end(20);
    expect(few.counts(ms(0), Infinity, 2)).toMatchObject({ succeeded: 2, failed: 0 });
    expect(few.counts(ms(0), Infinity, 3)).toMatchObject({ succeeded: 2, failed: 1 });
    expect(few.counts(ms(0), Infinity, 9)).toMatchObject({ succeeded: 2, failed: 1 });
    expect(few.counts(ms(15), 25, 9)).toMatchObject({ succeeded: 1, failed: 0 });
  });

  test("are judged up to a moment, once nothing sent before is under way", () => {
    expect(requests.counts(ms(1200), ms(1240))).toMatchObject({ succeeded: 0, failed: 5 });
    expect(requests.isSettled(ms(1240))).toBe(false);
    requests.settle(ms(1240));
    expect(requests.isSettled(ms(1240))).toBe(false);
    requests.settle(ms(1240.5));
    requests.settle(ms(1100));
    expect(requests.isSettled(ms(1240))).toBe(true);
  });

  test("fall into tenths of a second by when they were sent", () => {
    const { tenths, p50, p99, ...rest } = requests.report(ms(1000), ms(2000));
    expect(rest).toMatchObject({ at: 1000, until: 2000, succeeded: 75, failed: 25 });
    expect([p50, p99]).toEqual([63, 100]);
    expect(tenths).toHaveLength(10);
    expect(tenths.slice(0, 5)).toEqual([
      { succeeded: 10, failed: 0, slowest: 10 },
      { succeeded: 10, failed: 0, slowest: 20 },
      { succeeded: 0, failed: 10, slowest: 0 },
      { succeeded: 0, failed: 10, slowest: 0 },
      { succeeded: 5, failed: 5, slowest: 50 },
    ]);
  });
});

test("fresh connections are evenly spread among the rest", () => {
  const fresh = (part: number): string =>
    Array.from({ length: 10 }, (_, index) => (isFresh(index, part) ? "x" : ".")).join("");
  expect([0, 0.5, 0.3, 1].map(fresh)).toEqual(["..........", ".x.x.x.x.x", "...x..x..x", "xxxxxxxxxx"]);
});

test("the generator's lines survive what failures say", () => {
  const result = { at: 1.5, took: 20.25, failure: "connect\tECONNREFUSED\n::1" };
  expect(parseResult(printResult(result).trimEnd())).toEqual({ ...result, failure: "connect ECONNREFUSED ::1" });
  expect(parseResult(printResult({ at: 0, took: 1 }).trimEnd())).toEqual({ at: 0, took: 1 });
  const page = { isFresh: true, text: "This is\n\tshop-web-1" };
  expect(parseResult(printResult({ at: 0, took: 1, page }).trimEnd())).toEqual({
    at: 0,
    took: 1,
    page: { isFresh: true, text: "This is shop-web-1" },
  });
  expect(parseResult("0.000\t1.000\tstatus 503\tkept\t")).toEqual({
    at: 0,
    took: 1,
    failure: "status 503",
    page: { isFresh: false, text: "" },
  });
  expect([parseReady(printReady(12.5).trimEnd()), parseReady("ready"), parseReady("1.0\t2.0\t")]).toEqual([
    12.5,
    undefined,
    undefined,
  ]);
  expect([parseSettled(printSettled(12.5).trimEnd()), parseSettled("1.0\t2.0\t"), parseSettled("ready")]).toEqual([
    12.5,
    undefined,
    undefined,
  ]);
});
