/** The three test suites. Unit tests are run by one vitest; of the others each file by one, in a sandbox of its own. */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inLanes } from "./lanes.ts";
import { root, runProgram } from "./program.ts";
import { add, nothing, type Tally } from "./tally.ts";
import { reasonsIn, tallyReport } from "./vitest-report.ts";

export const suites = ["unit", "netns", "e2e"] as const;
export type Suite = (typeof suites)[number];

/** Sandboxes side by side. Their tests mostly wait, for routers and for time to pass. */
const lanes = 3;

/** Begun first and in this order, so that no lane is left alone with one of them at the end. */
const longest = [
  "docs",
  "transcripts",
  "inventory",
  "scenarios",
  "foreign-frr",
  "departures",
  "resilience",
  "certificates",
  "stages",
  "firewall",
  "rollout",
  "benchmarks",
  "secrets",
  "service",
  "packages",
  "rollout-steered",
  "bad-input",
  "mutations",
];

const files: Record<Suite, string> = {
  unit: "{packages,tools,bench}/**/!(*.netns).test.ts",
  netns: "{packages,native}/**/*.netns.test.ts",
  e2e: "e2e/**/*.e2e.test.ts",
};

/**
 * Runs suites, unit tests first: beside labs they take the processor that BFD sessions live on.
 * @param extra arguments for vitest; those that are not options are parts of paths
 */
export async function runSuites(named: readonly Suite[], extra: readonly string[]): Promise<Tally> {
  const parts = extra.filter((word) => !word.startsWith("-"));
  const of = (suite: Suite): readonly string[] => (named.includes(suite) ? filesOf(suite, parts) : []);
  const sandboxed = longestFirst([...of("e2e"), ...of("netns")]);
  const wholeLabs = of("e2e").length > 0;
  if (wholeLabs) await prepare("node", "tools/build.ts");
  // Its packages come over the network, which no sandbox has: it mostly waits, and unit tests go on beside it.
  const samples = wholeLabs ? prepare("samples/notes/build") : undefined;
  const unit = of("unit").length > 0 ? await runUnit(extra) : nothing;
  await samples;
  const tally = add(unit, await runSandboxed(sandboxed, extra));
  return tally.passed + tally.failed.length + tally.skipped.length === 0
    ? { ...nothing, failed: [`no test in ${named.join(", ")} is meant by ${extra.join(" ")}`] }
    : tally;
}

async function runSandboxed(paths: readonly string[], extra: readonly string[]): Promise<Tally> {
  const options = extra.filter((word) => word.startsWith("-"));
  return (await inLanes(lanes, paths, (file) => runFile(file, options))).reduce(add, nothing);
}

/**
 * What tests of whole labs find ready. They start the command line thousands of times: what is shipped does that in a
 * tenth of the sources' time. What could not be made is said, and the tests that need it fail.
 */
async function prepare(...command: readonly [string, ...string[]]): Promise<void> {
  const { code, output } = await runProgram(command, false);
  if (code !== 0) process.stdout.write(output);
}

function filesOf(suite: Suite, parts: readonly string[]): readonly string[] {
  return globSync(files[suite], { cwd: root, exclude: (name) => name === "node_modules" })
    .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part)))
    .toSorted();
}

/** Pure. */
export function longestFirst(paths: readonly string[]): readonly string[] {
  const rank = (path: string): number => {
    const index = longest.findIndex((name) => path.split("/").at(-1)?.startsWith(`${name}.`));
    return index < 0 ? longest.length : index;
  };
  return paths.toSorted((one, other) => rank(one) - rank(other));
}

const runUnit = (extra: readonly string[]): Promise<Tally> =>
  runVitest("unit", ["vitest", "run", "--project", "unit", ...extra], true);

const runFile = (file: string, options: readonly string[]): Promise<Tally> =>
  runVitest(file, ["tools/sandbox", "vitest", "run", file, ...options], false);

/** @param isAlone it tells things as they come, else when it is done, so that two do not talk at once */
async function runVitest(name: string, command: readonly [string, ...string[]], isAlone: boolean): Promise<Tally> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-tests-"));
  try {
    const file = join(directory, "report.json");
    const report = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const { code, output } = await runProgram([...command, ...report], isAlone);
    if (!isAlone) process.stdout.write(output);
    const tally = tallyReport(name, existsSync(file) ? readFileSync(file, "utf8") : undefined, code, root);
    return code === 0 ? tally : { ...tally, reasons: [reasonsIn(output)] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
