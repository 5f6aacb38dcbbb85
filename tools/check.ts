/** The gate: every check and every test, each counted, whatever failed before. `.ci/run` and `npm run check` call it. */
import { conclude } from "./gate/conclude.ts";
import { runProgram } from "./gate/program.ts";
import { runSuites, suites } from "./gate/suites.ts";
import { add, nothing, type Tally } from "./gate/tally.ts";

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What to do when it fails. */
  readonly hint: string;
}

const checks: readonly Check[] = [
  { name: "format", command: ["oxfmt", "--check"], hint: "npm run format" },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"], hint: "npm run lint" },
  { name: "types", command: ["tsc", "-p", "."], hint: "npm run types" },
  { name: "dead code", command: ["knip"], hint: "npm run deadcode" },
  { name: "generated docs", command: ["node", "tools/generate-docs.ts", "--check"], hint: "npm run docs" },
];

async function runCheck(check: Check): Promise<Tally> {
  const { code, output } = await runProgram(check.command, false);
  if (code === 0) {
    process.stdout.write(`ok      ${check.name}\n`);
    return { ...nothing, passed: 1 };
  }
  return { ...nothing, failed: [`${check.name}; by itself: ${check.hint}`], reasons: [output.trimEnd()] };
}

let tally = nothing;
// Side by side: none of them writes anything.
for (const result of await Promise.all(checks.map(runCheck))) tally = add(tally, result);
process.exitCode = conclude(add(tally, await runSuites(suites, [])));
