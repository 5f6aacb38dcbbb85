import { expect, test } from "vitest";
import type { Answer } from "./load.ts";
import { outageOf } from "./outages.ts";

const answer = (due: number, failure?: string, more: Partial<Answer> = {}): Answer => ({
  due,
  done: due + 5,
  isNew: true,
  failure,
  text: "",
  ...more,
});

const answers = [
  answer(90, "before"),
  answer(100),
  answer(150, "refused"),
  answer(130, "refused"),
  answer(180, "reset", { isNew: false }),
  answer(185, undefined, { done: 195 }),
  answer(199, "what came next ended it", { done: 201 }),
  answer(200, "after"),
];

test("an outage lasts until the last request that failed was due; kept connections are left out", () => {
  expect(outageOf(answers, 100, 200)).toEqual({ sent: 4, failed: 2, lasted: 50, between: 20 });
  expect(outageOf(answers, 160, 200)).toEqual({ sent: 1, failed: 0, lasted: 0, between: 0 });
  expect(outageOf(answers, 160)).toMatchObject({ sent: 3, failed: 2, lasted: 40 });
});

test("who had to wait too long has failed", () => {
  expect(outageOf(answers, 100, 200, 10)).toEqual({ sent: 4, failed: 3, lasted: 85, between: 55 });
});
