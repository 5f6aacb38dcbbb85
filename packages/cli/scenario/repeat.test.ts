import type { Job, ScenarioRun } from "@netwright/scenario";
import { expect, test } from "vitest";
import { fileOf, repeatCommand } from "./repeat.ts";

const member = { id: "shop/m[n=1]", file: "m.yaml" } as ScenarioRun;
const shared = { file: "suites/shop.yaml", spec: { files: [], setup: [], teardown: [], needs: [] } };
const suite = { name: "shop", shared, scenarios: [member] } as unknown as Job;

test("a member of a suite is run again with its suite, its set-up with all of it", () => {
  expect(repeatCommand(member, suite, 7, ["a=b c"])).toBe(
    "netwright test suites/shop.yaml --filter 'shop/m[n=1]' --seed 7 --set 'a=b c'",
  );
  const setup = { id: "shop/setup", file: "suites/shop.yaml" } as ScenarioRun;
  expect(repeatCommand(setup, suite, 7, [])).toBe("netwright test suites/shop.yaml --filter shop --seed 7");
});

test("a scenario by itself is in its own file", () => {
  const run = { id: "s", file: "s.yaml" } as ScenarioRun;
  const job = { name: "s", shared: undefined, scenarios: [run] } as unknown as Job;
  expect(fileOf(job, run)).toBe("s.yaml");
  expect(fileOf(suite, run)).toBeUndefined();
});
