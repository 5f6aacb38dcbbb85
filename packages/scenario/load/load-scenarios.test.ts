import { kinds, type Lab } from "@netwright/api";
import { describe, expect, test } from "vitest";
import { loadScenarios, type LoadSources } from "./load-scenarios.ts";

const head = "apiVersion: netwright.dev/v1alpha1\nkind: Scenario\nmetadata: { name: s }\n";
const topology =
  "topology: { lab: { nodes: [{ name: a, role: Linux }, { name: b, role: Linux }], links: [{ ends: [{ node: a }, { node: b }] }] } }";
const scenario = (steps: string, more = ""): string => `${head}spec:\n  ${topology}\n${more}  steps:\n${steps}`;

async function load(files: Readonly<Record<string, string>>, set = {}, names = ["s.yaml"]) {
  const sources: LoadSources = {
    read: async (path) => (files[path] === undefined ? { problem: "there is no such file" } : { text: files[path] }),
    readLab: async () => kinds.Lab.complete({} as never) as Lab,
    running: async () => ({ nodes: [], links: [] }) as never,
  };
  return loadScenarios(names, sources, { set, seed: 7 });
}

const complaints = async (files: Readonly<Record<string, string>>, names?: string[]) =>
  (await load(files, {}, names)).diagnostics.map(
    ({ code, message, source, hint }) =>
      `${code} ${source?.file}:${source?.line}:${source?.column} ${message}; ${hint}`,
  );

describe("what is loaded", () => {
  test("parameters, the seed and addresses of nodes are put in", async () => {
    const text = scenario(
      "    - { at: a, run: 'ping ${{ node.b.address }} ${{ count }} ${{ seed }} $x' }\n",
      "  parameters: { count: 3 }\n",
    );
    const { jobs, diagnostics } = await load({ "s.yaml": text });
    expect(diagnostics).toEqual([]);
    expect(jobs[0]?.scenarios[0]?.spec.steps[0]?.run).toMatch(/^ping fd[0-9a-f:]+ 3 7 \$x$/);
    const other = await load({ "s.yaml": text }, { count: 9 });
    expect(other.jobs[0]?.scenarios[0]?.spec.steps[0]?.run).toMatch(/ 9 7 /);
  });

  test("an address is the one that is written, of either family", async () => {
    const text = scenario("    - { at: a, run: 'ping ${{ node.b.address }} ${{ node.b.a.address }}' }\n").replace(
      "ends: [{ node: a }, { node: b }]",
      "ends: [{ node: a, addresses: [10.0.0.1/24] }, { node: b, addresses: [10.0.0.2/24] }]",
    );
    const { jobs, diagnostics } = await load({ "s.yaml": text });
    expect(diagnostics).toEqual([]);
    expect(jobs[0]?.scenarios[0]?.spec.steps[0]?.run).toBe("ping 10.0.0.2 10.0.0.2");
  });

  test("a matrix is a run for each combination, and --set picks one", async () => {
    const text = scenario("    - { at: a, run: 'echo ${{ n }}' }\n", "  matrix: { n: [1, 2] }\n");
    expect((await load({ "s.yaml": text })).jobs.map(({ name }) => name)).toEqual(["s[n=1]", "s[n=2]"]);
    expect((await load({ "s.yaml": text }, { n: 2 })).jobs.map(({ name }) => name)).toEqual(["s[n=2]"]);
  });

  test("included steps stand in place of the include, with parameters, and know their own file", async () => {
    const text = scenario("    - { include: parts/c.yaml, with: { word: hello } }\n    - { at: b, run: second }\n");
    const { jobs, diagnostics } = await load({
      "s.yaml": text,
      "parts/c.yaml": "- { at: a, run: 'echo ${{ word }}' }\n- { at: a, run: two }\n",
    });
    expect(diagnostics).toEqual([]);
    const [run] = jobs[0]?.scenarios ?? [];
    expect(run?.spec.steps.map((step) => step.run)).toEqual(["echo hello", "two", "second"]);
    expect(run?.locate(["spec", "steps", 1, "run"])).toMatchObject({ file: "parts/c.yaml", line: 2 });
    expect(run?.locate(["spec", "steps", 2, "run"])).toMatchObject({ file: "s.yaml", line: 8 });
  });

  test("a suite gives its network and parameters to its scenarios", async () => {
    const suite = `apiVersion: netwright.dev/v1alpha1\nkind: Suite\nmetadata: { name: all }\nspec:\n  ${topology}\n  parameters: { who: a }\n  setup: [{ background: [{ name: web, at: a, run: serve }] }]\n  scenarios: [one.yaml]\n`;
    const one = `${head}spec:\n  parameters: { who: b }\n  steps:\n    - { at: '\${{ who }}', checks: [{ log: { of: web, matches: up } }] }\n`;
    const { jobs, diagnostics } = await load({ "suite.yaml": suite, "one.yaml": one }, {}, ["suite.yaml"]);
    expect(diagnostics).toEqual([]);
    expect(jobs).toMatchObject([{ name: "all", scenarios: [{ id: "all/s", spec: { steps: [{ at: "a" }] } }] }]);
  });
});

describe("what is refused, with its place", () => {
  test.each([
    ["    - { at: c, run: x }\n", "NW1301 s.yaml:7:13 there is no node c; did you mean a?"],
    ["    - { run: x }\n", "NW1202 s.yaml:7:14 runs nowhere; write `at: NODE` beside it"],
    ["    - { name: x }\n", "NW1205 s.yaml:7:7 does nothing; run a command, begin a fault, or check something"],
    [
      "    - { at: a, run: '${{ nope }}' }\n",
      "NW1301 s.yaml:7:21 ${{ nope }} is not defined; defined here: seed; parameters and matrix define names",
    ],
    ["    - { at: a, checks: [{}] }\n", /^NW1205 s.yaml:7:25 has neither command/],
    [
      "    - { checks: [{ capture: { link: a-b } }] }\n",
      "NW1205 s.yaml:7:29 can never fail; write min: 1 for some, max: 0 for none",
    ],
    [
      "    - { checks: [{ capture: { link: a-c, max: 0 } }] }\n",
      "NW1301 s.yaml:7:37 there is no link a-c; did you mean a-b?",
    ],
    ["    - { checks: [{ matrix: { port: 80, expect: { a: {} } } }] }\n", /selects nothing: it can never fail/],
    ["    - { checks: [{ load: { name: web } }] }\n", "NW1301 s.yaml:7:34 there is no load web; there is no load"],
    ["    - { stop: [web] }\n", /there is no background program or load web/],
    ["    - { at: a, run: x, parallel: [{ at: a, run: y }] }\n", /has parallel steps and does something itself/],
    ["    - { at: a, chekcs: [] }\n", /^NW1201 s.yaml:7:16 is not a known field; did you mean checks\?/],
    ["    - { faults: [{ link: a-c, cut: true }] }\n", /NW1301 s.yaml:7:26 there is no link a-c/],
  ])("%j", async (step, complaint) => {
    const [first, ...more] = await complaints({ "s.yaml": scenario(step) });
    expect(more).toEqual([]);
    if (typeof complaint === "string") expect(first).toBe(complaint);
    else expect(first).toMatch(complaint);
  });

  test("a wrong step of an included file is named there", async () => {
    const files = {
      "s.yaml": scenario("    - include: c.yaml\n"),
      "c.yaml": "- { at: a, run: x }\n- { at: z, run: x }\n",
    };
    expect(await complaints(files)).toEqual(["NW1301 c.yaml:2:9 there is no node z; did you mean a?"]);
  });

  test("includes in a circle", async () => {
    const files = {
      "s.yaml": scenario("    - include: c.yaml\n"),
      "c.yaml": "- include: d.yaml\n",
      "d.yaml": "- include: c.yaml\n",
    };
    expect(await complaints(files)).toEqual([
      "NW1205 d.yaml:1:12 leads around in a circle: c.yaml includes d.yaml includes c.yaml; take one of the includes away",
    ]);
  });

  test("a file that is not there, holds something else, or two of one name", async () => {
    expect(await complaints({})).toEqual([
      "NW1101 undefined:undefined:undefined s.yaml: there is no such file; undefined",
    ]);
    expect((await complaints({ "s.yaml": "apiVersion: netwright.dev/v1alpha1\nkind: Service\n" }))[0]).toMatch(
      /^NW1104 s.yaml:2:7 "Service" cannot be tested/,
    );
    const text = scenario("    - { at: a, run: x }\n");
    expect((await complaints({ "a.yaml": text, "b.yaml": text }, ["a.yaml", "b.yaml"]))[0]).toMatch(
      /^NW1106 b.yaml:3:19 s is the name of a scenario in a.yaml too/,
    );
  });

  test("a topology that cannot be built", async () => {
    const twice = scenario("    - { at: a, run: x }\n").replace("{ name: b, role: Linux }", "{ name: a, role: Linux }");
    expect((await complaints({ "s.yaml": twice }))[0]).toMatch(/^NW1205 s.yaml:5:\d+ a is the name of nodes\[0\] too/);
    expect((await complaints({ "s.yaml": `${head}spec:\n  steps: [{ at: a, run: x }]\n` }))[0]).toMatch(
      /has no topology/,
    );
  });
});
