/** Reports of proofs as the prover makes them. */
import type { ClauseProof, ProofReport } from "@netwright/api";

export const provedClause: ClauseProof = {
  clause: "service/shop public",
  kind: "Ensures",
  subject: "Reachability",
  statement: "internet can reach service/shop at TCP 443",
  verdict: "Proved",
  by: "Classes",
  steps: 12,
  origin: {
    object: "service/shop",
    field: "spec.contract.ensures[0]",
    source: { file: "shop.yaml", line: 20, column: 9 },
  },
  counterexample: null,
  reason: null,
  assumptions: ["established"],
};

export const refutedClause: ClauseProof = {
  ...provedClause,
  clause: "service/shop ensures[1]",
  subject: "Isolation",
  statement: "internet cannot reach tier db of service/shop",
  verdict: "Refuted",
  by: null,
  steps: 7,
  origin: {
    object: "service/shop",
    field: "spec.contract.ensures[1]",
    source: { file: "shop.yaml", line: 22, column: 9 },
  },
  counterexample: {
    message: "shop-db-1 gets it at tcp/5432",
    when: "After",
    packet: {
      source: "2001:db8:f::1",
      sourcePort: 40_000,
      destination: "2001:db8:100::1",
      destinationPort: 5432,
      protocol: "tcp",
    },
    path: [
      { place: "edge1", step: "route 2001:db8:100::1/128", detail: "to host1", findings: [] },
      {
        place: "host1",
        step: "uplink: exposed",
        detail: "tcp 5432",
        rule: { object: "service/shop", field: "spec.expose[1]" },
        findings: [],
      },
    ],
    rules: [
      { object: "service/shop", field: "spec.expose[1]", source: { file: "shop.yaml", line: 12, column: 7 } },
      { object: "service/shop", field: "spec.expose[1]", source: { file: "shop.yaml", line: 12, column: 7 } },
    ],
  },
};

export const justifiedClause: ClauseProof = {
  ...refutedClause,
  clause: "contract/pci cards",
  verdict: "Justified",
  reason: "the pilot has one host only",
  origin: null,
  counterexample: {
    message: "no other host has an instance",
    when: { lost: "host2" },
    packet: null,
    path: [],
    rules: [],
  },
};

export const unprovedClause: ClauseProof = {
  ...provedClause,
  clause: "implied chain service/shop",
  kind: "Implied",
  statement: "only neighbours talk",
  verdict: "NotProved",
  by: null,
  steps: 200_000,
  origin: null,
  watched: true,
};

export const reportOf = (...clauses: readonly ClauseProof[]): ProofReport => ({
  clauses,
  assumptions: [{ key: "established", text: "what is established was allowed when it opened" }],
  steps: clauses.reduce((sum, { steps }) => sum + steps, 0),
});
