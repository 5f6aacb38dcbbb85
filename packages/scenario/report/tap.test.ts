import { expect, test } from "vitest";
import { parse } from "yaml";
import { renderTap } from "./tap.ts";
import { failedRun, sampleSession } from "./testdata/sample-session.ts";

interface TapPoint {
  readonly ok: boolean;
  readonly number: number;
  readonly title: string;
  readonly directive: string;
  readonly details: unknown;
  readonly subtest: readonly TapPoint[];
}

/** A strict consumer: every line must be known, numbers in order, plans kept. */
function consume(lines: readonly string[]): readonly TapPoint[] {
  let plan: number | undefined;
  const points: TapPoint[] = [];
  let inner: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const point = /^(not )?ok (\d+) - ((?:[^\\#]|\\[\\#])*?)( # (?:SKIP|TODO).*)?$/.exec(line);
    if (line.startsWith("    ")) inner.push(line.slice(4));
    else if (line === "TAP version 14" || line.startsWith("# ")) continue;
    else if (/^1\.\.\d+( # SKIP .+)?$/.test(line)) plan = Number(/\d+$/.exec(line.split(" ")[0] ?? "")?.[0]);
    else if (point !== null) {
      const end = lines[at + 1] === "  ---" ? lines.indexOf("  ...", at) : at;
      const details = end === at ? undefined : (parse(lines.slice(at + 2, end).join("\n")) as unknown);
      const [, not, number, title = "", directive = ""] = point;
      points.push({
        ok: not === undefined,
        number: Number(number),
        title,
        directive,
        details,
        subtest: inner.length === 0 ? [] : consume(inner),
      });
      inner = [];
      at = end;
    } else expect.unreachable(`not TAP: ${line}`);
  }
  expect(inner).toEqual([]);
  expect(points.map(({ number }) => number)).toEqual(Array.from({ length: plan ?? -1 }, (_, index) => index + 1));
  return points;
}

const read = (session: typeof sampleSession) => consume(renderTap(session).trimEnd().split("\n"));

test("is what it was", async () => {
  await expect(renderTap(sampleSession)).toMatchFileSnapshot("golden/report.tap");
});

test("runs are tests, steps are their subtests", () => {
  const points = read(sampleSession);
  expect(points.map(({ ok, title, subtest }) => [ok, title, subtest.length])).toEqual([
    [true, "two-hosts", 1],
    [false, "failover[family=6]", 8],
    [true, "mail-pair", 0],
    [false, "nat", 1],
  ]);
  expect(points[2]?.directive).toBe(String.raw` # SKIP program postfix is not installed \# apt install postfix`);
});

test("a failed step does not count when it may fail; a hash in a name is no directive", () => {
  const steps = read({ ...sampleSession, runs: [failedRun] })[0]?.subtest ?? [];
  expect(steps.filter(({ ok, directive }) => !ok && directive === "").map(({ title }) => title)).toEqual([
    String.raw`step 2: traffic goes on \# always`,
    "step 3.2: second",
  ]);
  expect(steps.find(({ directive }) => directive.includes("TODO"))?.title).toBe("step 5: nice to have");
});

test("diagnostics are YAML with what was expected and seen", () => {
  const [run] = read({ ...sampleSession, runs: [failedRun] });
  expect(run?.subtest[2]?.details).toMatchObject({
    severity: "fail",
    at: "tests/failover.yaml:40",
    duration_ms: 2000,
    checks: [
      { name: "matrix", expected: "every cell as written, within 2 s", actual: "1 of 4 cells differ", looks: 20 },
    ],
  });
  expect(run?.subtest[4]?.details).toMatchObject({ severity: "error", commands: [{ node: "client", code: 7 }] });
  expect(run?.details).toMatchObject({ seed: 7, repeat: failedRun.repeat, artefacts: failedRun.artefacts });
});

test("nothing at all is a plan of nothing", () => {
  expect(renderTap({ ...sampleSession, runs: [] })).toBe("TAP version 14\n# seed 7\n1..0 # SKIP nothing ran\n");
});
