import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { inLanes } from "./lanes.ts";
import { root } from "./program.ts";
import { longestFirst } from "./suites.ts";
import { add, closingLine, judgeSkipped, nothing, readList } from "./tally.ts";
import { reasonsIn, tallyReport } from "./vitest-report.ts";

const file = (name: string, status: string, assertionResults: readonly { status: string; fullName: string }[]) => ({
  name: `/repo/${name}`,
  status,
  assertionResults,
});

const report = (...testResults: readonly object[]): string => JSON.stringify({ success: true, testResults });

test("tests are counted by what became of them", () => {
  const text = report(
    file("a.test.ts", "failed", [
      { status: "passed", fullName: "adds" },
      { status: "failed", fullName: "subtracts" },
    ]),
    file("b.test.ts", "passed", [
      { status: "skipped", fullName: "one" },
      { status: "pending", fullName: "two" },
      { status: "todo", fullName: "three" },
    ]),
  );
  expect(tallyReport("unit", text, 1, "/repo")).toEqual({
    ...nothing,
    passed: 1,
    failed: ["a.test.ts > subtracts"],
    skipped: ["b.test.ts > one", "b.test.ts > two", "b.test.ts > three"],
  });
});

test("nothing that went wrong outside of a test is lost", () => {
  const broken = report(file("a.test.ts", "failed", []));
  expect(tallyReport("unit", broken, 1, "/repo").failed).toEqual(["a.test.ts (the file itself)"]);
  expect(tallyReport("unit", report(), 0, "/repo").failed).toEqual(["unit: no test was found"]);
  expect(tallyReport("unit", undefined, 137, "/repo").failed).toEqual(["unit: vitest ended with 137 and no report"]);
  const escaped = report(file("a.test.ts", "passed", [{ status: "passed", fullName: "adds" }]));
  expect(tallyReport("unit", escaped, 1, "/repo").failed).toEqual(["unit: an error outside of the tests"]);
});

test("a skipped test fails the gate unless the committed list has it", () => {
  const tally = { ...nothing, passed: 2, skipped: ["a > x", "a > y"], reasons: ["because"] };
  const judged = judgeSkipped(tally, readList("# remark\n\na > x\n"));
  expect(judged).toEqual({
    passed: 2,
    failed: ["a > y (skipped, and not in tools/skipped-tests.txt)"],
    skipped: ["a > x"],
    reasons: ["because"],
  });
  expect(closingLine(judged)).toBe("2 passed, 1 failed, 1 skipped");
});

test("the end of a run says why a test failed, and not all that the others told", () => {
  const output = [" ✓ adds", "⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯", "\u001B[31m- Ready\u001B[39m", "+ NotUpstream", ""].join("\n");
  expect(reasonsIn(output)).toBe("⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯\n- Ready\n+ NotUpstream");
  expect(reasonsIn("tools/sandbox needs root\n")).toBe("tools/sandbox needs root");
  expect(reasonsIn(`ends\n${"x".repeat(5000)}\n`)).toBe(`ends\n${"x".repeat(300)} ...`);
});

test("the closing line", () => {
  const checks = { ...nothing, passed: 5, failed: ["lint"] };
  expect(closingLine(add(add(nothing, checks), { ...nothing, passed: 100 }))).toBe("105 passed, 1 failed");
});

test("tests that change the kernel refuse to run outside of a sandbox", () => {
  const { NETWRIGHT_SANDBOX: _, ...env } = process.env;
  const result = spawnSync("node_modules/.bin/vitest", ["run", "--project", "netns"], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  expect(result.status).toBe(2);
  expect(result.stderr).toContain("hint: tools/sandbox node_modules/.bin/vitest run --project netns");
});

test("lanes do every piece once, and tell what came of each in order", async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const results = await inLanes(2, [30, 5, 10, 1], async (piece) => {
    started.push(piece);
    most = Math.max(most, ++running);
    for (let turn = 0; turn < piece; turn++) await Promise.resolve();
    running -= 1;
    return piece * 2;
  });
  expect(results).toEqual([60, 10, 20, 2]);
  expect(started).toEqual([30, 5, 10, 1]);
  expect(most).toBe(2);
});

test("the files that take longest begin first", () => {
  expect(longestFirst(["e2e/a.e2e.test.ts", "e2e/inventory.e2e.test.ts", "e2e/docs.e2e.test.ts"])).toEqual([
    "e2e/docs.e2e.test.ts",
    "e2e/inventory.e2e.test.ts",
    "e2e/a.e2e.test.ts",
  ]);
});
