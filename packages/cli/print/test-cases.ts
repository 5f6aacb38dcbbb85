/** What came of tests of contracts, for people and for CI. Pure. */
import type { Instant, Milliseconds } from "@netwright/base";
import { milliseconds } from "@netwright/base";
import type { ProbeResult } from "@netwright/contract";
import { printCase } from "@netwright/prove/cases/case.ts";
import { renderJunitXml, type JunitCase } from "@netwright/scenario/report/junit-xml.ts";
import type { CaseResult } from "../verify/run-cases.ts";
import type { ContractTests } from "../verify/test-contracts.ts";
import { paint } from "./paint.ts";
import { renderFields, renderTable } from "./table.ts";
import { renderHops } from "./trace.ts";

const words = { Agrees: "as proved", Disagrees: "not as proved", Unclear: "unclear" } as const;
const colors = { Agrees: "green", Disagrees: "red", Unclear: "yellow" } as const;

/** @param all also what agrees */
export function renderTests(
  tests: ContractTests,
  { all, colored }: { readonly all: boolean; readonly colored: boolean },
): string {
  const shown = tests.results.filter(({ verdict }) => all || verdict !== "Agrees");
  const parts = [...shown.map((result) => renderCase(result, colored)), renderCounts(tests)];
  return parts.join("\n");
}

/** Both sides: what the prover says, with the way it sees, and what was seen. */
function renderCase({ test, verdict, seen, note }: CaseResult, colored: boolean): string {
  const { clauses, side, predicted } = test;
  const rows: (readonly [string, string])[] = [
    ["clause", `${clauses.join("\n")}${side === "Outside" ? " (just outside)" : ""}`],
    ["prover", `${predicted.verdict.toLowerCase()}: ${predicted.reason}`],
  ];
  if (verdict === "Disagrees" && predicted.path.length > 0) rows.push(["path", renderHops(predicted.path).trimEnd()]);
  if (seen !== null) rows.push(["kernel", seenText(seen)]);
  if (note !== "") rows.push(["note", note]);
  return `${paint(words[verdict], colors[verdict], colored)} ${printCase(test)}\n${renderFields(rows, "  ")}`;
}

function seenText({ outcome, microseconds, detail, by }: ProbeResult): string {
  const after = `${(microseconds / 1000).toFixed(1)} ms`;
  return `${outcome.toLowerCase()} after ${after}: ${detail}${by === "" ? "" : ` (${by})`}`;
}

/** A row for each clause, and what was left out. */
function renderCounts({ results, left, untried, changed }: ContractTests): string {
  const clauses = [...new Set(results.flatMap(({ test }) => test.clauses))].toSorted();
  const verdicts = ["Agrees", "Disagrees", "Unclear"] as const;
  const row = (title: string, of: readonly CaseResult[]): readonly string[] => [
    title,
    ...[of.length, ...verdicts.map((each) => of.filter(({ verdict }) => verdict === each).length)].map((count) =>
      count === 0 ? "." : String(count),
    ),
  ];
  const rows = [
    ...clauses.map((clause) =>
      row(
        clause,
        results.filter(({ test }) => test.clauses.includes(clause)),
      ),
    ),
    row("all connections", results),
  ];
  const notes = [
    ...(left === 0 ? [] : [`${left} more could be tried: --max-cases ${results.length + untried + left} tries all\n`]),
    ...(untried === 0 ? [] : [`${untried} from the internet were not tried: --from-here takes this machine for it\n`]),
    ...(changed ? ["the site changed meanwhile: what is not as proved may be no longer so\n"] : []),
  ];
  const header = ["CLAUSE", "TRIED", ...verdicts.map((each) => words[each].toUpperCase())];
  return `${renderTable(header, rows)}${notes.join("")}`;
}

const outcomes = { Agrees: "Passed", Disagrees: "Failed", Unclear: "Error" } as const;

/** A suite for each clause: a connection stands under the first that it tests. */
export function renderTestsJunit(
  { results, left, untried }: ContractTests,
  { begunAt, took }: { readonly begunAt: Instant; readonly took: Milliseconds },
): string {
  const nameOf = ({ test }: CaseResult): string => test.clauses[0] ?? "";
  const suites = [...new Set(results.map(nameOf))].map((name) => ({
    name,
    file: null,
    took: milliseconds(0),
    begunAt,
    properties: [
      ["left", String(left)],
      ["untried", String(untried)],
    ] as const,
    cases: results.filter((result) => nameOf(result) === name).map(junitCase),
  }));
  return renderJunitXml({ name: "netwright verify --test", suites, took, begunAt });
}

function junitCase(result: CaseResult): JunitCase {
  const { test, verdict, seen, note } = result;
  const { predicted } = test;
  return {
    name: `${printCase(test)} is ${predicted.verdict.toLowerCase()}`,
    file: null,
    line: null,
    took: milliseconds((seen?.microseconds ?? 0) / 1000),
    outcome: outcomes[verdict],
    message: note === "" && seen !== null && verdict !== "Agrees" ? seenText(seen) : note,
    detail: verdict === "Agrees" ? "" : renderCase(result, false),
    output: "",
  };
}
