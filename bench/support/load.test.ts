import { expect, test } from "vitest";
import { printReady, printResult, printSettled } from "../../packages/scenario/loads/generator-line.ts";
import { answerReader, isFailed, type Answer } from "./load.ts";

test("the generator's times are told in those of the machine", () => {
  const answers: Answer[] = [];
  const read = answerReader((answer) => answers.push(answer));
  const page = { isFresh: true, text: "hello" };
  const text =
    printReady(1000) +
    printSettled(0) +
    printResult({ at: 10, took: 5, page }) +
    printResult({ at: 20, took: 2000, failure: "no answer in 2000 ms", page: { isFresh: false, text: "" } });
  text.split("\n").forEach(read);
  expect(answers).toEqual([
    { due: 1010, done: 1015, isNew: true, failure: undefined, text: "hello" },
    { due: 1020, done: 3020, isNew: false, failure: "no answer in 2000 ms", text: "" },
  ]);
  expect(answers.map(isFailed)).toEqual([false, true]);
});
