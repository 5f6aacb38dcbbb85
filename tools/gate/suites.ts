/** The three test suites. Unit tests are run by one vitest; of the others each file by one, in a sandbox of its own. */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inLanes } from "./lanes.ts";
import { type Finished, root, runProgram } from "./program.ts";
import { add, nothing, type Tally } from "./tally.ts";
import { reasonsIn, tallyReport } from "./vitest-report.ts";

export const suites = ["unit", "netns", "e2e"] as const;
export type Suite = (typeof suites)[number];

/** Sandboxes side by side. Their tests mostly wait, for routers and for time to pass. */
const lanes = 3;

/** Begun first, so that no lane is left alone with one of them at the end. */
const longest = ["inventory", "foreign-frr", "transcripts", "departures", "resilience", "docs", "firewall", "stages"];

const files: Record<Suite, string> = {
  unit: "{packages,tools,bench}/**/!(*.netns).test.ts",
  netns: "{packages,native}/**/*.netns.test.ts",
  e2e: "e2e/**/*.e2e.test.ts",
};

/** Runs suites, unit tests first. @param extra arguments for vitest; those that are not options are parts of paths */
export async function runSuites(named: readonly Suite[], extra: readonly string[]): Promise<Tally> {
  const parts = extra.filter((word) => !word.startsWith("-"));
  const of = (suite: Suite): readonly string[] => (named.includes(suite) ? filesOf(suite, parts) : []);
  const unit = of("unit").length > 0 ? await runUnit(extra) : nothing;
  const sandboxed = longestFirst([...of("e2e"), ...of("netns")]);
  if (of("e2e").length > 0) {
    await prepare("node", "tools/build.ts");
    // Its packages come over the network, which no sandbox has.
    await prepare("samples/notes/build");
  }
  const options = extra.filter((word) => word.startsWith("-"));
  const tally = (await inLanes(lanes, sandboxed, (file) => runFile(file, options))).reduce(add, unit);
  return tally === nothing
    ? { ...nothing, failed: [`no test in ${named.join(", ")} is meant by ${extra.join(" ")}`] }
    : tally;
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
  runVitest("unit", (report) => runProgram(["vitest", "run", "--project", "unit", ...report, ...extra], true));

/** What a file tells is shown when it is done, so that two of them do not talk at once. */
const runFile = (file: string, options: readonly string[]): Promise<Tally> =>
  runVitest(file, async (report) => {
    const finished = await runProgram(["tools/sandbox", "vitest", "run", file, ...report, ...options], false);
    process.stdout.write(finished.output);
    return finished;
  });

async function runVitest(name: string, run: (report: readonly string[]) => Promise<Finished>): Promise<Tally> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-tests-"));
  try {
    const file = join(directory, "report.json");
    const { code, output } = await run(["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
    const tally = tallyReport(name, existsSync(file) ? readFileSync(file, "utf8") : undefined, code, root);
    return code === 0 ? tally : { ...tally, reasons: [reasonsIn(output)] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
