import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { questionsOn } from "./ask.ts";

const never = new AbortController().signal;

test("one line for each question, whatever way they come, and nothing at the end", async () => {
  const input = new PassThrough();
  const written: string[] = [];
  const questions = questionsOn(input as never, (text) => void written.push(text));
  input.write("one\ntw");
  expect(await questions.ask("1? ", never)).toBe("one");
  const second = questions.ask("2? ", never);
  input.write("o \n\n");
  expect(await second).toBe("two");
  expect(await questions.ask("3? ", never)).toBe("");
  const last = questions.ask("4? ", never);
  input.end();
  expect(await last).toBeUndefined();
  expect(await questions.ask("5? ", never)).toBeUndefined();
  expect(written).toEqual(["1? ", "2? ", "3? ", "4? ", "5? "]);
});

test("whoever is interrupted does not answer, and is not asked again", async () => {
  const abort = new AbortController();
  const questions = questionsOn(new PassThrough() as never, () => {});
  const asked = questions.ask("? ", abort.signal);
  abort.abort();
  expect(await asked).toBeUndefined();
  expect(await questions.ask("? ", abort.signal)).toBeUndefined();
});
