import { expect, test } from "vitest";
import { qualityMeter, type Quality } from "./quality.ts";

/** Minutes of (demand, supply). */
function judge(...minutes: readonly (readonly [demand: number, supply: number])[]): Quality {
  const meter = qualityMeter();
  for (const [demand, supply] of minutes) meter.add(demand, supply, 60);
  return meter.quality();
}

test("a supply that is the demand is perfect", () => {
  expect(judge([1, 1], [4, 4], [2, 2])).toEqual({
    underAccuracy: 0,
    overAccuracy: 0,
    underShare: 0,
    overShare: 0,
    instability: 0,
  });
});

/*
 * By hand, five minutes:
 *   demand  4 4 8 8 2
 *   supply  4 5 5 8 8
 * under: minute 3 lacks 3 of 8                      -> 0.375 / 5 = 7.5 %, 1 of 5 minutes = 20 %
 * over: minute 2 has 1 of 4 too many, minute 5 6 of 2 -> (0.25 + 3) / 5 = 65 %, 2 of 5 minutes = 40 %
 * directions, demand 0 + 0 -, supply + 0 + 0        -> unlike in 4 of 4 steps = 100 %
 */
test("five minutes by hand", () => {
  expect(judge([4, 4], [4, 5], [8, 5], [8, 8], [2, 8])).toEqual({
    underAccuracy: 7.5,
    overAccuracy: 65,
    underShare: 20,
    overShare: 40,
    instability: 100,
  });
});

test("moving together is stable, by however much; standing while demand moves is not", () => {
  expect(judge([2, 4], [3, 9], [2, 8], [2, 8]).instability).toBe(0);
  expect(judge([2, 4], [3, 4], [3, 4], [3, 5], [3, 5]).instability).toBe(50);
});

test("time counts, not the number of looks; directions are compared by the minute", () => {
  const meter = qualityMeter();
  for (let second = 0; second < 121; second += 1) meter.add(second < 60 ? 1 : 2, second < 61 ? 1 : 2, 1);
  // Looks at seconds 0, 60 and 120: demand + 0, supply 0 +.
  expect(meter.quality()).toMatchObject({ underAccuracy: 50 / 121, underShare: 100 / 121, instability: 100 });
});

test("nothing seen is nothing wrong", () => {
  expect(qualityMeter().quality()).toMatchObject({ underShare: 0, instability: 0 });
});
