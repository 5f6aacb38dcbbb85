/** A proof for people: what does not hold, then how everything else was found to, in a table. Pure. */
import {
  proofSubjects,
  type ClauseProof,
  type ProofReport,
  type ProofSubject,
  type ProofVerdict,
} from "@netwright/api";
import type { TestedClause } from "../verify/tested-clauses.ts";
import { originText, renderCounterexample } from "./counterexample.ts";
import { paint } from "./paint.ts";
import { renderFields, renderTable } from "./table.ts";

const words: Readonly<Record<ProofVerdict, string>> = {
  Proved: "proved",
  Refuted: "refuted",
  NotProved: "not proved",
  Justified: "justified",
};
const colors = { Proved: "green", Refuted: "red", NotProved: "yellow", Justified: "yellow" } as const;

const subjects: Readonly<Record<ProofSubject, string>> = {
  Reachability: "reachability",
  Isolation: "isolation",
  Waypoints: "waypoints",
  Steps: "steps of a change",
  HostLoss: "loss of a host",
  ReturnTraffic: "return traffic",
  NoLoop: "no loop",
  NoBlackHole: "no black hole",
  NoDeadRule: "no dead rule",
  NoForgedSource: "no forged source",
  AddressPlan: "address plan",
  Translation: "translation",
  Kernel: "kernel",
};

/** @param all also what holds */
export function renderProof(report: Report, { all, colored }: { readonly all: boolean; readonly colored: boolean }) {
  const shown = report.clauses.filter(({ verdict }) => all || verdict !== "Proved");
  return [...shown.map((clause) => renderClause(clause, colored)), renderSummary(report)].join("\n");
}

export function renderClause(clause: ClauseProof, colored: boolean): string {
  const { clause: name, verdict, statement, origin } = clause;
  const head = `${paint(words[verdict], colors[verdict], colored)} ${name}: ${statement}\n`;
  const place = origin?.source === undefined ? "" : `  ${originText(origin)}\n`;
  return `${head}${place}${renderCounterexample(clause, "  ")}`;
}

/** A clause that was tested, perhaps. */
export type Clause = ClauseProof & Partial<Pick<TestedClause, "tested">>;
export type Report = Omit<ProofReport, "clauses"> & { readonly clauses: readonly Clause[] };
type Column = readonly [title: string, counts: (clause: Clause) => boolean];

/** How a clause was discharged; watching and testing come on top of any of them. */
const allColumns: readonly Column[] = [
  ["TOTAL", () => true],
  ["CLASSES", ({ verdict, by }) => verdict === "Proved" && by === "Classes"],
  ["RULES", ({ verdict, by }) => verdict === "Proved" && by === "Rules"],
  ["LIVE", ({ verdict, by }) => verdict === "Proved" && by === "Live"],
  ["WATCHED", ({ watched }) => watched === true],
  ["TESTED", ({ tested }) => tested?.verdict === "AsProved"],
  ["JUSTIFIED", ({ verdict }) => verdict === "Justified"],
  ["NOT PROVED", ({ verdict }) => verdict === "NotProved"],
  ["REFUTED", ({ verdict }) => verdict === "Refuted"],
];

/** One row a subject that has clauses, their sum, and what all that rests on. */
export function renderSummary({ clauses, assumptions, steps }: Report): string {
  const wasTested = clauses.some(({ tested }) => tested !== undefined);
  const columns = allColumns.filter(([title]) => title !== "TESTED" || wasTested);
  const present = proofSubjects.filter((subject) => clauses.some((clause) => clause.subject === subject));
  const row = (title: string, of: readonly Clause[]): readonly string[] => [
    title,
    ...columns.map(([, counts]) => of.filter(counts).length).map((count) => (count === 0 ? "." : String(count))),
  ];
  const rows = [
    ...present.map((subject) =>
      row(
        subjects[subject],
        clauses.filter((clause) => clause.subject === subject),
      ),
    ),
    row("total", clauses),
  ];
  const header = ["", ...columns.map(([title]) => title)];
  return `${renderTable(header, rightAligned(header, rows))}${renderAssumptions(assumptions)}${steps} steps\n`;
}

/** Figures end where their column's title ends. */
function rightAligned(header: readonly string[], rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] ?? 0))));
}

function renderAssumptions(assumptions: ProofReport["assumptions"]): string {
  if (assumptions.length === 0) return "\n";
  const heading = `\n${assumptions.length} ${assumptions.length === 1 ? "assumption" : "assumptions"}\n`;
  const rows = assumptions.map(({ key, text }) => [key, text] as const);
  return `${heading}${renderFields(rows, "  ")}\n`;
}
