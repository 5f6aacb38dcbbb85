import { expect, test } from "vitest";
import { judge, type Verdict } from "./health.ts";

const check = { rise: 2, fall: 3 };

const after = (answers: readonly boolean[]): boolean | undefined =>
  answers.reduce<Verdict | undefined>((verdict, answer) => judge(verdict, answer, check), undefined)?.healthy;

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
