/** Whole runs on real labs: what steps do, what their failures mean, and that nothing is left. */
import { down, labNames } from "@netwright/lab";
import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { labContext, labsOf, runFiles } from "../testdata/session.ts";
import type { Job } from "../load/job.ts";
import type { RunReport, StepReport } from "../report/report.ts";

const topology = `  topology:
    lab:
      nodes: [{ name: a, role: Linux }, { name: b, role: Linux }]
      links: [{ ends: [{ node: a }, { node: b }] }]
`;
const scenario = (name: string, steps: string, more = "", network = topology): string =>
  `apiVersion: netwright.dev/v1alpha1\nkind: Scenario\nmetadata: { name: ${name} }\nspec:\n${network}${more}  steps:\n${steps}`;

const one = async (steps: string, more = ""): Promise<RunReport> => {
  const { runs } = await runFiles({ "s.yaml": scenario("s", steps, more) });
  expect(runs).toHaveLength(1);
  return runs[0] as RunReport;
};
const verdicts = ({ steps }: RunReport) => steps.map(({ name, verdict }) => `${name}: ${verdict}`);
const step = (run: RunReport, name: string): StepReport => run.steps.find((each) => each.name === name) as StepReport;

test("files, commands, programs, waits and checks; what a program wrote; what commands find in their environment", async () => {
  const run = await one(
    `    - { name: start, at: b, background: [{ name: ticker, run: 'while :; do echo tick $WORD; sleep 0.05; done' }] }
    - name: read
      at: a
      run: 'test "$(cat /etc/test/word)" = hello && echo "$NETWRIGHT_NODES $B_ADDRESS" >/tmp/env-$NETWRIGHT_LAB'
      checks:
        - { command: { run: 'cat /tmp/env-$NETWRIGHT_LAB; rm /tmp/env-$NETWRIGHT_LAB', stdout: { matches: "^a b fd" } } }
    - { name: many, at: [a, b], run: [[hostname], [echo, bye]] }
    - { name: beside, parallel: [{ name: x, at: a, run: sleep 0.1 }, { name: y, at: b, run: sleep 0.1 }] }
    - { name: becomes, at: a, wait: [{ command: { run: 'test -e /run/looked || { touch /run/looked; exit 1; }' } }] }
    - { name: stop, stop: [ticker] }
`,
    "  files: [{ at: a, path: /etc/test/word, content: hello }]\n",
  );
  expect(verdicts(run)).toEqual(
    ["start", "read", "many", "beside", "becomes", "stop"].map((name) => `${name}: Passed`),
  );
  expect(run.verdict).toBe("Passed");
  expect(
    step(run, "many")
      .commands.map(({ node, stdout }) => `${node} ${stdout.trim()}`)
      .toSorted(),
  ).toEqual(["a a", "a bye", "b b", "b bye"]);
  expect(step(run, "becomes").checks[0]?.looks).toBeGreaterThan(1);
  const [x, y] = step(run, "beside").parallel as [StepReport, StepReport];
  expect(y.at).toBeLessThan(x.at + x.took);
  expect(await labNames(labContext)).toEqual([]);
});

test("what fails says what was expected and seen, where it is written, and what follows", async () => {
  const run = await one(`    - { name: harmless, at: a, run: exit 3, mayFail: true }
    - { name: wrong, at: a, checks: [{ command: { run: echo no, stdout: { equals: yes } } }, { command: { run: 'true' }, not: true }] }
    - { name: vital, at: a, run: 'echo sorry >&2; exit 4', critical: true }
    - { name: later, at: a, run: 'true' }
    - { name: tidy, at: a, run: 'true', always: true }
    - { name: lacking, needs: [no-such-program], at: a, run: 'true', always: true }
`);
  expect(verdicts(run)).toEqual([
    "harmless: Failed",
    "wrong: Failed",
    "vital: Failed",
    "later: Skipped",
    "tidy: Passed",
    "lacking: Skipped",
  ]);
  expect(run).toMatchObject({ verdict: "Failed", reason: 'wrong: a: echo no: output is "no"', repeat: "again s" });
  expect(step(run, "wrong")).toMatchObject({
    source: { file: "s.yaml", line: 11 },
    checks: [
      { verdict: "Failed", expected: 'exit status 0, output is "yes"', seen: 'output is "no"' },
      { verdict: "Failed", expected: "not: exit status 0" },
    ],
  });
  expect(step(run, "vital").reason).toBe('a: echo sorry >&2; exit 4: exit status 4: "sorry"');
  expect(step(run, "later").reason).toBe("a critical step failed");
  expect(step(run, "lacking").reason).toBe("no-such-program is not installed");
});

test("whatever hangs is ended when its time is over, set-up that fails lets only teardown run", async () => {
  const run = await one(
    "    - { name: never, at: a, run: 'true' }\n",
    `  setup: [{ name: hangs, at: a, run: sleep 4801, timeout: 200ms }]
  teardown: [{ name: swept, at: a, checks: [{ command: { run: pgrep -f 'sleep 4801$', exit: 1 }, eventually: 30s }] }]
`,
  );
  expect(verdicts(run)).toEqual(["hangs: Error", "never: Skipped", "swept: Passed"]);
  expect(step(run, "hangs").reason).toBe("the step is not over after 200 ms");
});

test("a program that ends by itself is a failure of the run", async () => {
  const run =
    await one(`    - { at: a, background: [{ name: short, run: 'echo $$ >/run/pid; echo gone wrong; exit 5' }] }
    - { name: gone, at: a, wait: [{ command: { run: 'test -s /run/pid && ! kill -0 $(cat /run/pid)' } }] }
`);
  expect(run.verdict).toBe("Failed");
  expect(run.reason).toBe("short at a ended by itself with status 5: gone wrong");
});

test("a suite's set-up runs once and what it starts stays; matrices and repeats are runs of their own", async () => {
  const suite = `apiVersion: netwright.dev/v1alpha1
kind: Suite
metadata: { name: all }
spec:
${topology}  setup: [{ at: a, background: [{ name: base, run: sleep 4802 }] }]
  scenarios: [one.yaml]
  teardown: [{ name: bye, at: a, run: pgrep -xf 'sleep 4802' }]
`;
  const member = scenario(
    "m",
    "    - { at: a, run: 'pgrep -xf \"sleep 4802\" && test ${{ n }} -gt 0' }\n",
    "  matrix: { n: [1, 2] }\n",
    "",
  );
  const { runs } = await runFiles({ "suite.yaml": suite, "one.yaml": member }, { repeat: 2 });
  expect(runs.map(({ id, attempt, verdict }) => `${id} ${attempt} ${verdict}`).toSorted()).toEqual(
    [1, 2]
      .flatMap((attempt) =>
        ["all/setup", "all/teardown", "all/m[n=1]", "all/m[n=2]"].map((id) => `${id} ${attempt} Passed`),
      )
      .toSorted(),
  );
  expect(await labNames(labContext)).toEqual([]);
});

test("when the time of a scenario is over, what ran is told, and what hung has a reason", async () => {
  const run = await one(
    `    - { name: first, at: a, run: 'true' }
    - { name: hangs, parallel: [{ name: x, at: a, run: echo seen }, { name: y, at: b, run: sleep 4806 }] }
    - { name: never, at: a, run: 'true' }
`,
    "  timeout: 8s\n  teardown: [{ name: bye, at: a, run: 'true' }]\n",
  );
  expect(verdicts(run)).toEqual(["first: Passed", "hangs: Error", "bye: Passed"]);
  expect(run).toMatchObject({ verdict: "Error", reason: "the scenario is not over after 8.00 s" });
  expect(step(run, "hangs").parallel.map(({ verdict, commands }) => [verdict, commands.length])).toEqual([
    ["Passed", 1],
    ["Error", 0],
  ]);
});

test("one of several nodes that fails does not leave the others' commands behind", async () => {
  const run = await one(`    - { name: some, at: [a, b], run: 'test $(hostname) = b || exit 3; sleep 0.3' }
`);
  const { commands, reason } = step(run, "some");
  expect(commands.map(({ node, code }) => [node, code])).toEqual([
    ["a", 3],
    ["b", 0],
  ]);
  expect(reason).toContain("a: test");
});

test("an error of the session itself ends it, and no lab and no file of it is left", async () => {
  const steps = "    - { at: a, run: sleep 0.2 }\n";
  const suite = scenario("s", steps, "  matrix: { n: [1, 2, 3, 4] }\n");
  let lacking = 0;
  const broken = runFiles(
    { "s.yaml": suite },
    {
      lacking: async () => {
        lacking += 1;
        if (lacking === 2) throw new RangeError("broken");
        return undefined;
      },
    },
  );
  await expect(broken).rejects.toThrow("broken");
  expect(lacking).toBeLessThan(4);
  expect(await labNames(labContext)).toEqual([]);
  expect(await labContext.files.list("/run/netwright/tests")).toEqual([]);
});

test("the first failure ends a suite, whose teardown runs", async () => {
  const lab = scenario("s", "    - { name: bad, at: a, run: exit 1 }\n", "", "");
  const suite = `apiVersion: netwright.dev/v1alpha1\nkind: Suite\nmetadata: { name: all }\nspec:\n${topology}  scenarios: [one.yaml, two.yaml]\n  teardown: [{ name: bye, at: a, run: 'true' }]\n`;
  const files = { "suite.yaml": suite, "one.yaml": lab, "two.yaml": lab.replace("name: s }", "name: t }") };
  const { runs } = await runFiles(files, { untilFail: true });
  expect(runs.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
    "all/setup Passed",
    "all/s Failed",
    "all/teardown Passed",
  ]);
});

test("a lab that stood already has one run at a time", async () => {
  const order: string[] = [];
  const onKept = async ({ lab: name, topology: drawn }: { lab: string; topology: unknown }): Promise<void> => {
    const labs = labsOf("other", new AbortController().signal);
    const job = { network: { kind: "Running", name, topology: drawn } } as Job;
    const first = await labs.take(job);
    const second = labs.take(job).then((lab) => (order.push("taken"), lab));
    // Time enough to find it, if it did not wait.
    await labContext.clock.sleep(milliseconds(50));
    order.push("given");
    labs.give(first);
    labs.give(await second);
    await labs.end();
    await down(labContext, { name });
  };
  await runFiles({ "s.yaml": scenario("s", "    - { at: a, run: 'true' }\n") }, { keep: "always", onKept });
  expect(order).toEqual(["given", "taken"]);
});

test("without a fault that was to stay, what follows shows nothing", async () => {
  const run = await one(`    - { name: fine, at: a, run: 'true' }
    - { name: cut, needs: [no-such-program], faults: [{ link: a-b, state: down }], keepFaults: true }
    - { name: later, at: a, run: 'true' }
    - { name: tidy, at: a, run: 'true', always: true }
`);
  expect(verdicts(run)).toEqual(["fine: Passed", "cut: Skipped", "later: Skipped", "tidy: Passed"]);
  const reason = "cut: no-such-program is not installed";
  expect(run).toMatchObject({ verdict: "Skipped", reason });
  expect(step(run, "later").reason).toBe(reason);
});

test("a program that ends in order when it is stopped is no failure", async () => {
  const run =
    await one(`    - { at: a, background: [{ name: tidy, run: 'trap "exit 0" TERM; touch /run/up; while :; do sleep 0.05; done' }], wait: [{ command: { run: test -e /run/up } }] }
    - { name: stop, stop: [tidy] }
`);
  expect(run).toMatchObject({ verdict: "Passed", reason: null });
});
