import { expect, test } from "vitest";
import { createHistory, type Moment } from "./history.ts";

const moment = (value: number): Moment => ({
  offered: value,
  served: value,
  capacity: 100,
  backlog: 0,
  warm: value,
  serving: value,
});

test("means of a window that ended some time ago, and the counts at its end", () => {
  const history = createHistory(8);
  for (const value of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) history.add(moment(value));
  expect(history.mean(0, 1)).toMatchObject({ offered: 10, warm: 10 });
  expect(history.mean(0, 4)).toMatchObject({ offered: 8.5, warm: 10 });
  expect(history.mean(2, 4)).toMatchObject({ offered: 6.5, served: 6.5, capacity: 100, warm: 8, serving: 8 });
});

test("at the beginning it is the mean of what there is", () => {
  const history = createHistory(8);
  history.add(moment(4));
  expect(history.mean(3, 4).offered).toBe(4);
  history.add(moment(6));
  expect(history.mean(0, 4).offered).toBe(5);
});
