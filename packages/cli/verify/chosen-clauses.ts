import { nearest, type ClauseProof, type ProofReport } from "@netwright/api";
import { NetwrightError } from "@netwright/base";

/**
 * The part of a report that is about clauses of this name: a whole name (`service/shop public`), an object, or a clause's own name.
 * @throws NW1001 where there is none
 */
export function chosenClauses(report: ProofReport, name: string | undefined): ProofReport {
  if (name === undefined) return report;
  const clauses = report.clauses.filter((clause) => namesOf(clause).includes(name));
  if (clauses.length === 0) {
    const near = nearest(name, [...new Set(report.clauses.flatMap(namesOf))]);
    const hint = near === undefined ? "-v lists all clauses" : `did you mean ${JSON.stringify(near)}?`;
    throw new NetwrightError("NW1001", `there is no clause ${JSON.stringify(name)}`, { hint });
  }
  const used = new Set(clauses.flatMap(({ assumptions }) => assumptions));
  const steps = clauses.reduce((sum, clause) => sum + clause.steps, 0);
  return { clauses, assumptions: report.assumptions.filter(({ key }) => used.has(key)), steps };
}

/** The last two only where they say something: implied clauses have names of several words. */
const namesOf = ({ clause, kind, origin }: ClauseProof): readonly string[] => [
  clause,
  ...(origin === null ? [] : [origin.object]),
  ...(kind === "Implied" ? [] : [clause.slice(clause.indexOf(" ") + 1)]),
];
