import type { ProofReport } from "@netwright/api";

/** Of a proof that refuted something. */
const refuted = 1;
/** Of one that refuted nothing, and did not get through with everything: no error has this status. */
const notProved = 7;

export function statusOf({ clauses }: Pick<ProofReport, "clauses">): number {
  if (clauses.some(({ verdict }) => verdict === "Refuted")) return refuted;
  return clauses.some(({ verdict }) => verdict === "NotProved") ? notProved : 0;
}
