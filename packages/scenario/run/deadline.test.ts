import { milliseconds } from "@netwright/base";
import { systemClock } from "@netwright/base/node-clock.ts";
import { expect, test } from "vitest";
import { allOf, eachOf } from "./all-of.ts";
import { deadline } from "./deadline.ts";

test("work ends with its time, or with its owner, and only the former is told", async () => {
  const short = deadline(systemClock, milliseconds(1), "the step");
  await expect.poll(() => short.signal.aborted).toBe(true);
  expect(short.over()?.message).toBe("the step is not over after 1 ms");
  const free = deadline(systemClock, undefined, "the step");
  free.end();
  expect([free.signal.aborted, free.over()]).toEqual([true, undefined]);
});

test("all end before the first failure is told", async () => {
  const seen: string[] = [];
  const fail = (text: string) => async (): Promise<never> => {
    seen.push(text);
    throw new RangeError(text);
  };
  const late = new Promise<void>((resolve) => setImmediate(resolve)).then(() => void seen.push("late"));
  await expect(allOf([fail("one")(), late, fail("two")()])).rejects.toThrow("one");
  await expect(eachOf([fail("three"), async () => seen.push("four"), fail("five")])).rejects.toThrow("three");
  expect(seen).toEqual(["one", "two", "late", "three", "four", "five"]);
});
