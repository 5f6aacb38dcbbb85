import { expect, test } from "vitest";
import { kinds } from "../index.ts";

function complaints(step: object): readonly string[] {
  const spec = { topology: { running: "lab" }, steps: [step] };
  const scenario = { apiVersion: "netwright.dev/v1alpha1", kind: "Scenario", metadata: { name: "x" }, spec };
  return kinds.Scenario.validate(kinds.Scenario.schema.parse(scenario)).map(
    ({ code, path, message }) => `${code} ${path.slice(3).join(".")} ${message}`,
  );
}
const action = { at: "a", run: "true" };

test.each([
  [{ parallel: [action], mayFail: true, critical: true, always: true }, []],
  [
    { parallel: [action], timeout: "5s", needs: ["curl"] },
    ["NW1205 timeout has no effect here", "NW1205 needs has no effect here"],
  ],
  [{ parallel: [{ ...action, timeout: "5s", needs: ["curl"], mayFail: true }] }, []],
  [{ parallel: [action, { ...action, critical: true }] }, ["NW1205 parallel.1.critical has no effect here"]],
])("parallel steps: %j", (step, expected) => expect(complaints(step)).toEqual(expected));
