/** What stays and what goes: for a step that is tried again, for later runs of a suite, for who uses a kept lab. */
import { down, labPaths, runInNode } from "@netwright/lab";
import { expect, test } from "vitest";
import type { ScenarioRun } from "../load/job.ts";
import { labContext, runFiles } from "../testdata/session.ts";
import type { Interaction } from "./interaction.ts";
import { keepLab } from "./owner.ts";

const topology = `  topology:
    lab:
      nodes: [{ name: a, role: Linux }, { name: b, role: Linux }]
      links: [{ ends: [{ node: a }, { node: b }] }]
`;
const head = (kind: string, name: string): string =>
  `apiVersion: netwright.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`;

test("a step that is tried again begins anew: its programs, loads and faults are taken back, those before it stay", async () => {
  const retries: ScenarioRun[] = [];
  const interaction: Interaction = {
    attended: () => false,
    before: async () => "Run",
    failed: async ({ run }) => {
      retries.push(run);
      return retries.length < 3 ? { next: "Retry", run } : { next: "GoOn" };
    },
  };
  const { runs } = await runFiles(
    {
      "s.yaml": `${head("Scenario", "s")}${topology}  steps:
    - { name: before, at: a, background: [{ name: first, run: sleep 4831 }] }
    - name: again
      at: a
      faults: [{ link: a-b, mtu: 1300 }]
      keepFaults: true
      background: [{ name: second, run: sleep 4832 }]
      load: [{ name: pings, ping: b, at: a }]
      checks: [{ command: { run: 'echo x >>/run/tries; test $(wc -l </run/tries) = 3' } }]
    - { name: after, at: a, run: 'test $(pgrep -c -xf "sleep 4832") = 1 && pgrep -xf "sleep 4831" && test $(cat /sys/class/net/b/mtu) = 1300' }
`,
    },
    { interaction },
  );
  expect(retries).toHaveLength(2);
  expect(runs.map(({ verdict, reason }) => [verdict, reason])).toEqual([["Passed", null]]);
  expect(runs[0]?.loads).toHaveLength(1);
  expect(runs[0]?.faults.map(({ until }) => until === null)).toEqual([false, false, false]);
});

test("a load that the set-up of a suite began is seen from the beginning of each run", async () => {
  const suite = `${head("Suite", "all")}${topology}  setup:
    - { name: flows, load: [{ name: pings, ping: b, at: a, rate: 50 }] }
    - { name: some, checks: [{ load: { name: pings, atLeast: 20 }, eventually: 60s }] }
  scenarios: [one.yaml]
`;
  const one = `${head("Scenario", "m")}  steps:
    - { name: begins, checks: [{ load: { name: pings, atLeast: 10 }, eventually: 60s }] }
    - { name: since, checks: [{ load: { name: pings, since: since, atLeast: 1 }, eventually: 60s }] }
`;
  const { runs } = await runFiles({ "suite.yaml": suite, "one.yaml": one });
  expect(runs.map(({ id, verdict, reason }) => [id, verdict, reason])).toEqual([
    ["all/setup", "Passed", null],
    ["all/m", "Passed", null],
  ]);
  const [setup, run] = runs.map(({ loads, took }) => ({ load: loads[0], took }));
  expect(setup?.load?.succeeded).toBeGreaterThanOrEqual(20);
  expect(run?.load?.at).toBe(0);
  // The set-up took longer than that: twenty requests at fifty a second.
  expect(run?.load?.until).toBeLessThan((run?.took ?? 0) + 300);
  const sent = run?.load?.tenths.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0);
  expect(sent).toBe((run?.load?.succeeded ?? 0) + (run?.load?.failed ?? 0));
  expect(run?.load?.failed).toBe(0);
});

test.each([
  ["of a scenario", false],
  ["of a suite", true],
])("a kept lab %s is as it was before its teardown, with what its set-up started", async (_, isSuite) => {
  const parts = `  setup: [{ name: serve, at: a, background: [{ name: server, run: 'touch /run/up; exec sleep 4833' }], wait: [{ file: { path: /run/up } }] }]
  teardown: [{ name: tidy, at: a, run: touch /run/tidied }]
`;
  const steps = `  steps: [{ name: wrong, at: a, background: [{ name: own, run: sleep 4834 }], run: exit 1 }]\n`;
  const files: Record<string, string> = isSuite
    ? {
        "suite.yaml": `${head("Suite", "all")}${topology}${parts}  scenarios: [one.yaml]\n`,
        "one.yaml": `${head("Scenario", "m")}${steps}`,
      }
    : { "s.yaml": `${head("Scenario", "s")}${topology}${parts}${steps}` };
  const kept: string[] = [];
  const { runs } = await runFiles(files, {
    keep: "on-failure",
    onKept: async ({ lab }) => {
      kept.push(lab);
      await keepLab(labContext, lab);
    },
  });
  expect(runs.map(({ verdict }) => verdict)).toContain("Failed");
  expect(kept).toHaveLength(1);
  const [name = ""] = kept;
  const at = async (script: string): Promise<string> =>
    (await runInNode(labPaths(name), "a", { argv: ["sh", "-c", script] })).stdout;
  try {
    expect(await at("ls /run/tidied 2>/dev/null; pgrep -xf 'sleep 4834'; pgrep -c -xf 'sleep 4833'")).toBe("1\n");
  } finally {
    await down(labContext, { name });
  }
});

test("what cannot be collected of a failure is told with it", async () => {
  const { runs } = await runFiles(
    { "s.yaml": `${head("Scenario", "s")}${topology}  steps: [{ name: wrong, at: a, run: exit 1 }]\n` },
    { collect: () => Promise.reject(new RangeError("the disk is full")) },
  );
  expect(runs[0]).toMatchObject({
    verdict: "Failed",
    reason: "wrong: a: exit 1: exit status 1; what helps to understand it could not be collected: the disk is full",
    artefacts: null,
  });
});
