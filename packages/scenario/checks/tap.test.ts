import { expect, test } from "vitest";
import { judgeTap } from "./program.ts";
import { parseTap } from "./tap.ts";

test("points, directives, details and subtests", () => {
  const output = `TAP version 14
# Subtest: inner
    ok 1 - set in
    not ok 2 - set in, too
    1..2
ok 1 - first
not ok 2 - second # not a directive
  ---
  message: broken
  ...
# a comment about it
not ok 3 - not yet # TODO later
ok 4 # SKIP no kernel
ok 5 - \\# in its name
1..5
`;
  const result = parseTap(output);
  expect(result).toMatchObject({ passed: 4, problem: undefined });
  expect(result.failing).toEqual([
    { number: 2, description: "second", details: "  ---\n  message: broken\n  ...\n# a comment about it" },
  ]);
});

test.each([
  ["1..2\nok\nok\n", undefined],
  ["1..0 # SKIP nothing to do\n", "it planned no test point: nothing to do"],
  ["1..0\n", "it planned no test point"],
  ["1..2\nok # SKIP no kernel\nnot ok # TODO\n", "all its test points are skipped, or still to do"],
  ["1..3\nok 1\nok 2\n", "it planned 3 test points and ran 2"],
  ["1..1\nok 1\nok 2\n", "it planned 1 test points and ran 2"],
  ["ok 1\n", "it printed no plan (1..N): it may have ended early"],
  ["hello\n", "it printed no TAP"],
  ["1..2\nok 1\nok 1\n", "its test points are not numbered 1 to the plan's end, each once"],
  ["1..1\nok 1\n1..1\n", "it printed more than one plan"],
  ["1..2\nok 1\nBail out! no database\n", "it gave up: no database"],
])("%j", (output, problem) => expect(parseTap(output).problem).toBe(problem));

test("failing points are named, and are evidence", () => {
  const look = judgeTap(1, "1..3\nok 1\nnot ok 2 - two\n# because\nnot ok\n", "x", "");
  expect(look).toMatchObject({ ok: false, seen: "2 of 3 not ok: 2 two; 3, exit status 1" });
  expect(look.evidence).toEqual([
    { kind: "Text", name: "not ok 2 two", text: "# because" },
    { kind: "Text", name: "not ok 3", text: "" },
  ]);
  expect(judgeTap(0, "1..1\nok\n", "x", "")).toMatchObject({ ok: true, seen: "1 test points ok" });
  expect(judgeTap(0, "1..0 # SKIP none\n", "x", "")).toMatchObject({ ok: false, unknown: true });
  expect(judgeTap(2, "1..1\nok\n", "x", "").seen).toBe("exit status 2");
});
