import { expect, test } from "vitest";
import { candidatesFor } from "./candidates.ts";
import type { Names } from "./names.ts";

/** Says what it was asked. */
const names: Names = {
  ofArgument: async (verb, before) => [`${verb}|${before.join(",")}`],
  ofOption: async (long) => [`value of ${long}`],
};

const candidates = (...words: readonly string[]): Promise<readonly string[]> => candidatesFor(words, names);

test("verbs, but none that people do not call", async () => {
  expect(await candidates("d")).toEqual(["delete", "describe", "diff", "doctor", "drain"]);
  expect(await candidates("_")).toEqual([]);
});

test("subcommands", async () => {
  expect(await candidates("lab", "c")).toEqual(["capture", "cut"]);
  expect(await candidates("lab", "nothing", "")).toEqual([]);
  expect(await candidates("nothing", "")).toEqual([]);
});

test("options, and the values of those that have a list", async () => {
  expect(await candidates("apply", "--pr")).toEqual(["--project", "--prune"]);
  expect(await candidates("apply", "-o", "")).toEqual(["json", "name", "yaml"]);
  expect(await candidates("token", "create", "--role", "V")).toEqual(["Viewer"]);
  expect(await candidates("trace", "--from", "")).toEqual(["value of --from"]);
});

test("arguments are asked for with what stands before them, options left out", async () => {
  expect(await candidates("get", "-p", "team", "services", "--no-headers", "")).toEqual(["get|services"]);
  expect(await candidates("lab", "exec", "host1", "")).toEqual(["lab exec|host1"]);
  expect(await candidates("completion", "z")).toEqual(["zsh"]);
});

test("what follows -- is another program's", async () => {
  expect(await candidates("exec", "shop-web-1", "--", "")).toEqual([]);
});
