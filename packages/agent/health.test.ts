import { milliseconds, type Milliseconds } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { holdOf, isFlapping, judge, type Verdict } from "./health.ts";

const check = { rise: 2, fall: 3 };

const after = (answers: readonly boolean[]): boolean | undefined =>
  answers.reduce<Verdict | undefined>(
    (verdict, answer, index) => judge(verdict, answer, check, milliseconds(index * 100)),
    undefined,
  )?.healthy;

test.each([
  [[true], true],
  [[false], false],
  [[true, false, false], true],
  [[true, false, false, false], false],
  [[true, false, false, true, false, false], true],
  [[false, true], false],
  [[false, true, true], true],
])("answers %j give %s", (answers, healthy) => {
  expect(after(answers)).toBe(healthy);
});

describe("one that flaps", () => {
  const once = { rise: 1, fall: 1 };
  /** Asked every 100 ms: how long it answers well each time until it counts again. */
  function returns(times: number, wellFor: Milliseconds): readonly number[] {
    let now = 0;
    let verdict = judge(undefined, true, once, milliseconds(now));
    const waits: number[] = [];
    for (let turn = 0; turn < times; turn++) {
      verdict = judge(verdict, false, once, milliseconds((now += wellFor)));
      const began = (now += 100);
      while (!(verdict = judge(verdict, true, once, milliseconds(now))).healthy) now += 100;
      waits.push(now - began);
    }
    return waits;
  }

  test("comes back at once twice, then after 1, 2, 4 seconds and so on, at most a minute", () => {
    expect(returns(11, milliseconds(500))).toEqual([
      0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  test("that was well for a minute has not fallen before", () => {
    expect(returns(5, milliseconds(60_000))).toEqual([0, 0, 0, 0, 0]);
  });

  test("a bad answer begins its time anew", () => {
    const fallen: Verdict = {
      healthy: false,
      against: 0,
      againstSince: milliseconds(0),
      since: milliseconds(0),
      falls: 4,
    };
    expect(holdOf(fallen)).toBe(2000);
    expect(isFlapping(fallen)).toBe(true);
    const good = judge(fallen, true, once, milliseconds(100));
    const bad = judge(good, false, once, milliseconds(1000));
    const again = judge(judge(bad, true, once, milliseconds(1100)), true, once, milliseconds(2200));
    expect(again.healthy).toBe(false);
    expect(judge(again, true, once, milliseconds(3100)).healthy).toBe(true);
  });
});
