import { expect, test } from "vitest";
import { Remembered } from "./remembered.ts";

test("a text is worked on once, and again after so many others", () => {
  const made: string[] = [];
  const lengths = new Remembered<string, number>(2);
  const lengthOf = (text: string): number => lengths.of(text, (each) => made.push(each) && each.length);
  expect(["a", "bb", "a", "bb"].map(lengthOf)).toEqual([1, 2, 1, 2]);
  expect(made).toEqual(["a", "bb"]);
  expect(["ccc", "a", "ccc"].map(lengthOf)).toEqual([3, 1, 3]);
  expect(made).toEqual(["a", "bb", "ccc", "a"]);
});
