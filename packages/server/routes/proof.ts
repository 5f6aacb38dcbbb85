import type { ProofReport } from "@netwright/api";
import { scopeOf, type Scope } from "../auth/scope.ts";
import { json } from "../http/answers.ts";
import type { Route } from "../http/route.ts";
import { visibleClauses } from "../proof/weigh.ts";
import type { ServerContext } from "./context.ts";

export const proofRoutes = ({ controller, proof }: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/proof",
    summary: "What of contracts holds now, clause by clause, over all packets.",
    access: "Viewer",
    reach: "Project",
    answer: { kind: "Object", schema: "ProofReport" },
    handle: async ({ subject }) => json(visibleReport(scopeOf(subject), await proof.of(controller.world.items))),
  },
];

function visibleReport(scope: Scope, report: ProofReport): ProofReport {
  if (scope === null) return report;
  const clauses = visibleClauses(scope, report.clauses);
  const used = new Set(clauses.flatMap(({ assumptions }) => assumptions));
  const steps = clauses.reduce((sum, clause) => sum + clause.steps, 0);
  return { clauses, assumptions: report.assumptions.filter(({ key }) => used.has(key)), steps };
}
