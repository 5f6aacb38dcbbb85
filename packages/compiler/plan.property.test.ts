import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "./compile.ts";
import { Planner, planOf, type PlanInput } from "./plan.ts";
import { changedFlows } from "./plan/changed-flows.ts";
import { settle } from "./settle.ts";
import { start, testCertificates } from "./testing.ts";
import { beginning, steps, walk } from "./testing/random-steps.ts";

test("a planner that is kept gives the plans of new ones, after plans that were not carried out too", () => {
  fc.assert(
    fc.property(steps, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (history, planned) => {
      const kept = new Planner();
      let last = beginning();
      let count = 0;
      walk(history, (situation) => {
        const { ledger, observed } = last;
        const input: PlanInput = { before: last.objects, after: situation.objects, ledger, observed, now: start };
        // Some changes come without a plan, some plans are made twice.
        if (planned[count++] === true) expect(kept.plan(input)).toEqual(planOf(input));
        expect(kept.plan({ ...input, after: beginning().objects })).toEqual(
          planOf({ ...input, after: beginning().objects }),
        );
        last = situation;
      });
    }),
    { numRuns: 25 },
  );
});

test("flows are those of all networks before and after, though only some are looked at", () => {
  fc.assert(
    fc.property(steps, (history) => {
      let last = beginning();
      walk(history, (situation) => {
        const { ledger, observed } = last;
        const before = settle(last.objects, ledger, observed.nodes, start);
        const after = settle(situation.objects, before.ledger, observed.nodes, start);
        const certificates = new Map([...testCertificates(last.objects), ...testCertificates(situation.objects)]);
        const [old, states] = [
          compile({ objects: last.objects, ...before, certificates }).states,
          compile({ objects: situation.objects, ...after, certificates }).states,
        ];
        const everywhere = new Set(
          [...old.values(), ...states.values()].flatMap(({ networks }) => networks.map(({ vni }) => vni)),
        );
        expect(planOf({ before: last.objects, after: situation.objects, ledger, observed, now: start }).flows).toEqual(
          changedFlows(old.values(), states.values(), everywhere),
        );
        last = situation;
      });
    }),
    { numRuns: 25 },
  );
});
