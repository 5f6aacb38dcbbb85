/** `netwright test`: every scenario that ships passes, wrong ones say what is wrong, and nothing is left of any. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineInventory } from "./machine-inventory.ts";
import { netwrightProgram, repository, runProcess, scratchDirectory, startProcess, type Run } from "./product.ts";
import { until } from "./until.ts";

const directory = scratchDirectory();
const shipped = readdirSync(join(repository, "examples/scenarios")).filter((name) => name.endsWith(".yaml"));

const netwright = (...args: readonly string[]): Promise<Run> =>
  runProcess([netwrightProgram, "test", ...args], { cwd: directory, env: { ...process.env, NO_COLOR: "1" } });

const topology =
  "topology: { lab: { nodes: [{ name: a, role: Linux }, { name: b, role: Linux }], links: [{ ends: [{ node: a }, { node: b }] }] } }";

/** @returns the path of a file with one scenario. */
function scenario(name: string, steps: string): string {
  const path = join(directory, `${name}.yaml`);
  const head = `apiVersion: netwright.dev/v1alpha1\nkind: Scenario\nmetadata: { name: ${name} }\n`;
  writeFileSync(path, `${head}spec:\n  ${topology}\n  steps:\n${steps}`);
  return path;
}

const verdicts = (report: string): Readonly<Record<string, string>> => {
  const { runs } = JSON.parse(readFileSync(join(directory, report, "report.json"), "utf8")) as {
    runs: readonly { id: string; verdict: string; reason: string | null }[];
  };
  return Object.fromEntries(
    runs.map(({ id, verdict, reason }) => [id, `${verdict}${reason === null ? "" : `: ${reason}`}`]),
  );
};

test("every shipped scenario passes, side by side, and nothing is left", async () => {
  expect(shipped.length).toBeGreaterThanOrEqual(10);
  const before = machineInventory("");
  const { code, stdout, stderr } = await netwright(join(repository, "examples/scenarios"), "--report", "shipped");
  const seen = verdicts("shipped");
  expect(
    Object.values(seen).filter((verdict) => verdict !== "Passed"),
    stdout + stderr,
  ).toEqual([]);
  expect(Object.keys(seen).length).toBeGreaterThanOrEqual(10);
  expect(code).toBe(0);
  expect(readdirSync(join(directory, "shipped"))).toEqual(
    expect.arrayContaining(["index.html", "junit.xml", "report.json", "report.tap"]),
  );
  expect(machineInventory("")).toEqual(before);
});

test("Netwright's own scenarios pass", { timeout: 600_000 }, async () => {
  const { code, stdout, stderr } = await netwright(join(repository, "e2e/scenarios"), "--report", "own", "--jobs", "2");
  expect(code, stdout + stderr).toBe(0);
  expect(Object.values(verdicts("own"))).toEqual(["Passed", "Passed"]);
});

test("a failure says what was expected and seen, exits with 1, and leaves evidence and a way to repeat it", async () => {
  const file = scenario(
    "wrong",
    "    - { name: no, at: a, checks: [{ command: { run: echo no, stdout: { equals: yes } } }] }\n",
  );
  const { code, stdout, stderr } = await netwright(file, "--seed", "7", "--report", "wrong");
  expect(code).toBe(1);
  const text = stdout + stderr;
  expect(text).toContain(`${file}:7`);
  expect(text).toContain('output is "no"');
  expect(text).toMatch(/netwright test .*wrong\.yaml --filter wrong --seed 7/);
  expect(readdirSync(join(directory, "wrong/wrong")).length).toBeGreaterThan(0);
});

test("bad files: each with its code and place, and nothing is begun", async () => {
  const bad = async (...args: readonly string[]): Promise<string> => {
    const { code, stderr } = await netwright(...args);
    return `${code} ${stderr}`;
  };
  expect(await bad(scenario("node", "    - { at: c, run: x }\n"))).toMatch(/^4 error NW1301 .*\n.*node\.yaml:7/);
  expect(await bad(scenario("never", "    - { checks: [{ capture: { link: a-b } }] }\n"))).toMatch(
    /^4 error NW1205 .*can never fail/,
  );
  expect(await bad(scenario("circle", "    - include: circle.yaml\n"))).toMatch(/^4 error NW1205 .*circle/);
  expect(await bad(join(directory, "none.yaml"))).toMatch(/^4 error NW1101/);
  expect(await bad(scenario("fine", "    - { at: a, run: 'true' }\n"), "--filter", "nothing")).toMatch(
    /^2 error NW1001/,
  );
});

test("what hangs is ended, and what eats memory is killed, and neither hurts the machine", async () => {
  const hanging = scenario("hanging", "    - { at: a, run: sleep 4901, timeout: 3s }\n");
  const eating = scenario(
    "eating",
    `    - at: a
      run: |
        ulimit -v 2000000
        perl -e 'my @all; push @all, "x" x 50_000_000 while 1'
`,
  );
  const { code } = await netwright(hanging, eating, "--report", "limits");
  expect(code).toBe(1);
  expect(verdicts("limits")).toMatchObject({
    hanging: "Error: sleep 4901: the step is not over after 3.00 s",
    eating: expect.stringMatching(/^Failed/),
  });
});

test("Ctrl-C ends it in order; a runner that was killed leaves nothing that the next one does not take away", async () => {
  mkdirSync(join(directory, "interrupted"));
  const file = scenario("long", "    - { at: a, run: 'sleep 4902' }\n");
  const before = machineInventory("");
  const start = () => startProcess([netwrightProgram, "test", file], { cwd: join(directory, "interrupted") });
  const running = () => machineInventory("").some((line) => /process \d+ sleep 4902$/.test(line));
  const interrupted = start();
  await until("the step runs", async () => running(), Boolean);
  interrupted.kill("SIGINT");
  await until(
    "it has ended",
    async () => interrupted.exitCode,
    (code) => code !== null,
  );
  expect(interrupted.exitCode).toBe(130);
  expect(machineInventory("")).toEqual(before);

  const killed = start();
  await until("the step runs", async () => running(), Boolean);
  killed.kill("SIGKILL");
  await until(
    "the node ends what the runner had begun",
    async () => running(),
    (left) => !left,
  );
  expect(await netwright(scenario("next", "    - { at: a, run: 'true' }\n"))).toMatchObject({ code: 0 });
  expect(machineInventory("")).toEqual(before);
});

test("--repeat tells how often it passes; --until-fail stops at the first failure", async () => {
  const sometimes = scenario("sometimes", "    - { at: a, run: 'test $((NETWRIGHT_SEED % 3)) != 0' }\n");
  const repeated = await netwright(sometimes, "--repeat", "6", "--seed", "1", "--report", "repeated");
  expect(repeated.code).toBe(1);
  expect(repeated.stdout + repeated.stderr).toMatch(/sometimes.*4.*6/);
  const { code } = await netwright(sometimes, "--until-fail", "--seed", "1", "-j", "1", "--report", "until");
  expect(code).toBe(1);
  const { runs } = JSON.parse(readFileSync(join(directory, "until/report.json"), "utf8")) as {
    runs: readonly unknown[];
  };
  expect(runs).toHaveLength(3);
});

test("--keep leaves a failed lab up, --reuse runs on it", async () => {
  const file = scenario("kept", "    - { name: mark, at: a, run: 'test -e /run/mark' }\n");
  const first = await netwright(file, "--keep", "on-failure");
  expect(first.code).toBe(1);
  const lab = /lab (t[0-9a-f]+-\d+) is kept/.exec(first.stderr)?.[1] ?? "";
  await runProcess([netwrightProgram, "lab", "exec", "--lab", lab, "a", "--", "touch", "/run/mark"]);
  expect((await netwright(file, "--reuse", lab)).code).toBe(0);
  expect((await runProcess([netwrightProgram, "lab", "down", "--lab", lab])).stdout).toContain("gone");
});

test("by hand: a step is retried after the file was mended", async () => {
  const file = scenario(
    "mended",
    "    - { name: first, at: a, run: touch /run/once }\n    - { name: second, at: a, run: exit 3 }\n",
  );
  const child = startProcess([netwrightProgram, "test", file, "--wait-fail"], { cwd: directory });
  let said = "";
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  await until(
    "it asks",
    async () => said,
    (text) => text.includes("read the file again"),
  );
  writeFileSync(file, readFileSync(file, "utf8").replace("exit 3", "test -e /run/once"));
  child.stdin.write("\n");
  await until(
    "it has ended",
    async () => child.exitCode,
    (code) => code !== null,
  );
  expect(child.exitCode, said).toBe(0);
});
