/** The prover against the slow way, on random sites, whole and broken. */
import type { HostState } from "@netwright/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createProver, proveContracts } from "./prove.ts";
import { contractOf } from "./testing.ts";
import { agreementOn, questions } from "./testing/agreement.ts";
import { breakSite, broken } from "./testing/break-site.ts";
import { randomClauses } from "./testing/random-clauses.ts";
import { siteOfSketch } from "./testing/random-site.ts";
import { sketch } from "./testing/site-sketch.ts";
import { referenceOf } from "./testing/reference.ts";

// `npm run bench -- prove-random` asks 100,000 of them.
test("what is proved holds for every packet, and what is refuted does not: after each of several changes", () => {
  const seen = { cases: 0, Proved: 0, Refuted: 0 };
  fc.assert(
    fc.property(questions(40), (question) => {
      const { cases, verdicts, disagreements } = agreementOn(question);
      seen.cases += cases;
      seen.Proved += verdicts.Proved;
      seen.Refuted += verdicts.Refuted;
      expect(disagreements).toEqual([]);
    }),
    { numRuns: 40 },
  );
  expect(Math.min(seen.Proved, seen.Refuted)).toBeGreaterThan(seen.cases / 20);
});

test("what nobody broke is in order", () => {
  fc.assert(
    fc.property(sketch, (drawn) => {
      const { states, services } = siteOfSketch(drawn);
      const { clauses: proofs } = proveContracts({ states, services, contracts: [] });
      expect(
        proofs
          .filter(({ verdict, subject }) => verdict !== "Proved" && subject !== "NoDeadRule")
          .map(({ clause: name, counterexample }) => [name, counterexample?.message]),
      ).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test("whatever of the way of packets differs from what manifests ask for is refuted", () => {
  let differs = 0;
  fc.assert(
    // One of several hosts may stop announcing: so it leaves.
    fc.property(
      sketch,
      broken.filter(({ kind }) => kind !== "AnnouncementGone"),
      (drawn, how) => {
        const { states, services } = siteOfSketch(drawn);
        const after = breakSite(states, how);
        const changed = (of: readonly HostState[]): string => JSON.stringify(referenceOf(of).arrived);
        fc.pre(changed(states) !== changed(after));
        differs++;
        const { clauses: proofs } = proveContracts({ states: after, services, contracts: [] });
        const found = proofs.filter(({ verdict, subject }) => verdict === "Refuted" && subject !== "NoDeadRule");
        expect(found.length, JSON.stringify(how)).toBeGreaterThan(0);
      },
    ),
    { numRuns: 25 },
  );
  expect(differs).toBeGreaterThan(20);
});

test("kept between changes, proofs are those that are made anew", () => {
  fc.assert(
    fc.property(
      sketch,
      randomClauses(20, 30),
      fc.array(broken, { minLength: 1, maxLength: 4 }),
      (drawn, own, breaks) => {
        const { states, services } = siteOfSketch(drawn);
        const contracts = [contractOf(...own)];
        let prover = createProver({ states, services, contracts });
        let now = states;
        for (const each of breaks) {
          const next = breakSite(now, each);
          const before = now;
          prover = prover.after({
            states: new Map(next.filter((state, index) => state !== before[index]).map((state) => [state.node, state])),
          });
          now = next;
          const anew = createProver({ states: now, services, contracts }).report.clauses;
          expect(prover.report.clauses.map(({ clause: name, verdict }) => [name, verdict])).toEqual(
            anew.map(({ clause: name, verdict }) => [name, verdict]),
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});
