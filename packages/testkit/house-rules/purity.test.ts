import { expect, test } from "vitest";
import { shippedSources, textOf } from "./repository-files.ts";
import { codeOnly, importsOf, linesWith } from "./source-text.ts";

const purePackages = ["compiler", "model", "api", "autoscale"];

/** The shells of a pure package: where manifests are read and where HTTP is spoken. */
const isShell = (path: string): boolean => /^packages\/api\/(load\/read-[^/]*|client\/transport-[^/]*)\.ts$/.test(path);

const pure = shippedSources.filter((path) => purePackages.includes(path.split("/")[1] ?? "") && !isShell(path));

const impureModules =
  /^(?:node:)?(?:fs|fs\/promises|child_process|net|tls|dgram|dns|http|http2|https|os|process|sqlite|timers|timers\/promises|worker_threads)$/;
const impureCode =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.|\bprocess\.|\bcrypto\.(?:randomUUID|getRandomValues)\b|\bset(?:Timeout|Interval)\(/;

const why =
  "the same objects must give the same bytes on every machine, so that a plan can be trusted, repeated and tested; " +
  "time, entropy and files come in as parameters";

test("pure packages are there to be checked", () => {
  expect(new Set(pure.map((path) => path.split("/")[1]))).toEqual(new Set(purePackages));
});

test("pure packages do no input or output", () => {
  const faults = pure.flatMap((file) =>
    importsOf(textOf(file))
      .filter(({ specifier }) => impureModules.test(specifier))
      .map(({ specifier, line }) => `${file}:${line} imports ${specifier}`),
  );
  expect(faults, why).toEqual([]);
});

test("pure packages read no clock, no environment and no randomness", () => {
  const faults = pure.flatMap((file) => linesWith(codeOnly(textOf(file)), impureCode).map((line) => `${file}:${line}`));
  expect(faults, why).toEqual([]);
});

test("a clock, a timer and a random number would be found", () => {
  const found = [
    "Date.now()",
    "new Date()",
    "Math.random()",
    "performance.now()",
    "setTimeout(f, 1)",
    "process.env.HOME",
  ];
  expect(found.filter((text) => !impureCode.test(text))).toEqual([]);
  expect(["new Date(instant)", "milliseconds(5)", "reset()"].filter((text) => impureCode.test(text))).toEqual([]);
});
