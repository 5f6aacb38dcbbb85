/** What is remembered of earlier steps makes a step faster, and changes nothing of what is decided. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { reconcile, type ReconcileInput, type Reconciled } from "./reconcile.ts";
import { richSteps, walkRich } from "./testing/rich-steps.ts";
import { steps, walk } from "./testing/random-steps.ts";

/** Of values that nobody has seen before nothing is remembered. */
const anew = (input: ReconcileInput): Reconciled => reconcile(structuredClone(input));

function decideBoth(input: ReconcileInput): Reconciled {
  const fast = reconcile(input);
  expect(fast).toEqual(anew(input));
  return fast;
}

test("a step decides what it would without anything to remember, whatever happened before", () => {
  fc.assert(
    fc.property(richSteps, (history) => {
      walkRich(history, (input) => {
        const fast = decideBoth(input);
        // Where things lead to is asked for in between, as plans do; and nothing is different when it is asked again.
        decideBoth({ ...input, isForeseen: true });
        expect(reconcile(input)).toEqual(fast);
        return fast;
      });
    }),
    { numRuns: 60 },
  );
});

test("so it does with projects, networks and tiers that come and go", () => {
  fc.assert(
    fc.property(steps, (history) => {
      walk(history, ({ objects, observed, ledger }, _changes, _before, now) => {
        decideBoth({ objects, observed, ledger, now });
      });
    }),
    { numRuns: 30 },
  );
});
