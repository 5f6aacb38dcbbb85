import type { ClauseProof } from "@netwright/api";
import { expect, test } from "vitest";
import type { Judgement } from "./prover.ts";
import { visibleJudgement, weigh } from "./weigh.ts";

const refuted: ClauseProof = {
  clause: "service/shop public",
  kind: "Ensures",
  subject: "Reachability",
  statement: "internet can reach it",
  verdict: "Refuted",
  by: null,
  steps: 1,
  origin: { object: "service/shop", field: "spec.contract.ensures[0]" },
  counterexample: {
    message: "nobody listens",
    when: "After",
    packet: null,
    path: [],
    rules: [{ object: "service/shop", field: "spec.expose[0]" }],
  },
  reason: null,
  assumptions: [],
};
const judgement = (...open: readonly ClauseProof[]): Judgement => ({
  proved: new Map([
    ["", 2],
    ["service/shop", 3],
    ["team/service/shop", 4],
  ]),
  open,
  findings: [],
});
const withExample = (change: Partial<NonNullable<ClauseProof["counterexample"]>>): ClauseProof => ({
  ...refuted,
  counterexample: refuted.counterexample === null ? null : { ...refuted.counterexample, ...change },
});

test("what is all proved breaks nothing", () => {
  expect(weigh(judgement(), undefined)).toEqual({
    proved: 9,
    justified: 0,
    notProved: 0,
    refuted: 0,
    broken: [],
    accepted: [],
    unproved: [],
  });
});

test("what was refuted before, for the same reason, is counted and not held against the change", () => {
  const elsewhere = { ...refuted, origin: { ...refuted.origin, field: "spec.contract.ensures[7]" } as never };
  expect(weigh(judgement(refuted), judgement(elsewhere))).toMatchObject({ refuted: 1, broken: [] });
});

test.each<[string, ClauseProof]>([
  ["another clause", { ...refuted, clause: "service/shop other" }],
  ["another statement under its name", { ...refuted, statement: "internet cannot reach it" }],
  ["another moment", withExample({ when: "During" })],
  ["another rule", withExample({ rules: [{ object: "service/shop", field: "spec.expose[1]" }] })],
])("%s is news", (_, clause) => {
  expect(weigh(judgement(clause), judgement(refuted)).broken).toEqual([clause]);
});

test("what is accepted with the change is told, and once only; so is what is not proved any more", () => {
  const accepted: ClauseProof = { ...refuted, verdict: "Justified", reason: "a pilot" };
  const unproved: ClauseProof = { ...refuted, clause: "service/shop loop", verdict: "NotProved", counterexample: null };
  expect(weigh(judgement(accepted, unproved), judgement(refuted))).toMatchObject({
    broken: [],
    accepted: [accepted],
    unproved: [unproved],
    justified: 1,
    notProved: 1,
  });
  expect(weigh(judgement(accepted), judgement(accepted))).toMatchObject({ justified: 1, accepted: [] });
  expect(weigh(judgement({ ...accepted, reason: "another" }), judgement(accepted)).accepted).toHaveLength(1);
});

test("a rule that is of no use is told, and does not stop the change", () => {
  const idle: ClauseProof = {
    ...refuted,
    clause: "implied no dead rule network/default",
    kind: "Implied",
    subject: "NoDeadRule",
  };
  expect(weigh(judgement(idle), judgement())).toMatchObject({ refuted: 1, broken: [], unproved: [idle] });
  const open: ClauseProof = { ...idle, clause: "implied isolation network/default", subject: "Isolation" };
  expect(weigh(judgement(open), judgement()).broken).toEqual([open]);
});

test("people of a project see clauses of their own objects, without rules of others", () => {
  const own: ClauseProof = {
    ...withExample({
      rules: [
        { object: "team/service/shop", field: "spec.allow[0]" },
        { object: "service/shop", field: "spec.allow[0]" },
      ],
    }),
    clause: "team/service/shop public",
    origin: { object: "team/service/shop", field: "spec.contract.ensures[0]" },
  };
  const fabricWide = { ...refuted, clause: "contract/pci cards", origin: { object: "contract/pci", field: "spec" } };
  const seen = visibleJudgement("team", judgement(refuted, own, fabricWide, { ...refuted, origin: null }));
  expect([...seen.proved]).toEqual([["team/service/shop", 4]]);
  expect(seen.open.map(({ clause }) => clause)).toEqual(["team/service/shop public"]);
  expect(seen.open[0]?.counterexample?.rules).toEqual([{ object: "team/service/shop", field: "spec.allow[0]" }]);
  expect(visibleJudgement(null, judgement(refuted)).open).toEqual([refuted]);
});
