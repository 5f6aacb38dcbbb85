/** The contract of an object, clause by clause. Pure. */
import { decodeObject, printDuration, readContract, type WireObject } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import { statementOf } from "@netwright/prove/clauses/statement.ts";
import { cellText, renderTable } from "./table.ts";

/** Empty where it has none. */
export function clauseTable({ status: _, ...object }: WireObject): string {
  const decoded = decodeObject(object);
  const contract = decoded.ok ? readContract(decoded.object) : undefined;
  if (contract === undefined) return "";
  const rows = contract.clauses.map((clause) => [
    clause.name,
    statementOf(clause),
    clause.kind === "Invariant" ? "always" : "after changes",
    clause.monitor === undefined ? "-" : `every ${printDuration(milliseconds(clause.monitor.everyMs))}`,
    cellText(contract.justified.find(({ clause: name }) => name === clause.name)?.reason),
  ]);
  return renderTable(["CLAUSE", "WHAT HOLDS", "WHEN", "MONITOR", "ACCEPTED"], rows);
}
