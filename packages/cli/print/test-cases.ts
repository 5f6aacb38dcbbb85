/** What came of tests of contracts, for people and for CI. Pure. */
import type { Instant, Milliseconds } from "@netwright/base";
import { milliseconds } from "@netwright/base";
import type { ProbeResult } from "@netwright/contract";
import { printCase } from "@netwright/prove/cases/case.ts";
import { renderJunitXml, type JunitCase } from "@netwright/scenario/report/junit-xml.ts";
import type { CaseResult } from "../verify/run-cases.ts";
import type { ContractTests } from "../verify/test-contracts.ts";
import { paint } from "./paint.ts";
import { renderProof } from "./proof.ts";
import { proofSuites } from "./proof-junit.ts";
import { renderFields } from "./table.ts";
import { renderTestedClauses, renderUntried } from "./tested-clauses.ts";
import { renderHops } from "./trace.ts";

const words = { Agrees: "as proved", Disagrees: "not as proved", Unclear: "unclear" } as const;
const colors = { Agrees: "green", Disagrees: "red", Unclear: "yellow" } as const;

/** @param all also what agrees, and what is proved */
export function renderTests(
  tests: ContractTests,
  { all, colored }: { readonly all: boolean; readonly colored: boolean },
): string {
  const { clauses } = tests;
  const shown = tests.results.filter(({ verdict }) => all || verdict !== "Agrees");
  const [asProved, notAsProved, unclear] = (["Agrees", "Disagrees", "Unclear"] as const).map(
    (each) => tests.results.filter(({ verdict }) => verdict === each).length,
  ) as [number, number, number];
  const counts = { tried: tests.results.length, asProved, notAsProved, unclear };
  const parts = [
    ...shown.map((result) => renderCase(result, colored)),
    renderProof(tests, { all, colored }),
    `${renderTestedClauses(clauses, counts)}${renderUntried(clauses, all)}${renderNotes(tests)}`,
  ];
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

function renderNotes({ results, left, untried, changed }: ContractTests): string {
  const notes = [
    ...(left === 0 ? [] : [`${left} more could be tried: --max-cases ${results.length + untried + left} tries all\n`]),
    ...(untried === 0 ? [] : [`${untried} from the internet were not tried: --from-here takes this machine for it\n`]),
    ...(changed ? ["the site changed meanwhile: what is not as proved may be no longer so\n"] : []),
  ];
  return notes.length === 0 ? "" : `\n${notes.join("")}`;
}

const outcomes = { Agrees: "Passed", Disagrees: "Failed", Unclear: "Error" } as const;

/** First the proofs, with what was tried of each; then a suite for each clause: a connection stands under the first that it tests. */
export function renderTestsJunit(
  tests: ContractTests,
  { begunAt, took }: { readonly begunAt: Instant; readonly took: Milliseconds },
): string {
  const { results, left, untried } = tests;
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
  const proofs = proofSuites(tests, begunAt);
  return renderJunitXml({ name: "netwright verify --test", suites: [...proofs, ...suites], took, begunAt });
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
