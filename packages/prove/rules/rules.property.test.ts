/** The search against all points of a small space, one by one. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contains, outside, overlaps, type Box, type Point } from "./box.ts";
import { allowsAll, deniesAll, isRedundant, isShadowed, sameOn } from "./questions.ts";
import { RuleList, type Rule } from "./rule-list.ts";

const side = 3;
const interval = fc
  .tuple(fc.integer({ min: 0, max: side - 1 }), fc.integer({ min: 1, max: side }))
  .map(([from, length]) => [from, Math.min(side, from + length)] as const);
const box: fc.Arbitrary<Box> = fc.tuple(interval, interval, interval, interval, interval).map((all) => all.flat());
const rules: fc.Arbitrary<readonly Rule[]> = fc
  .array(fc.record({ match: box, verdict: fc.constantFrom("Allow" as const, "Deny" as const) }), { maxLength: 8 })
  .map((all) => all.map((rule, index) => ({ ...rule, id: `r${index}` })));
const list = fc
  .tuple(fc.constantFrom("Allow" as const, "Deny" as const), rules)
  .map(([otherwise, all]) => new RuleList(otherwise, all));

const every: readonly Point[] = Array.from({ length: side ** 5 }, (_, index) =>
  Array.from({ length: 5 }, (__, field) => Math.floor(index / side ** field) % side),
);
const pointsOf = (region: Box): readonly Point[] => every.filter((point) => contains(region, point));

describe("a region without another", () => {
  test("is what is in the first alone, in parts that do not overlap", () => {
    fc.assert(
      fc.property(box, box, (one, other) => {
        fc.pre(overlaps(one, other));
        const pieces = outside(one, other);
        expect(pieces.length).toBeLessThanOrEqual(10);
        for (const point of pointsOf(one))
          expect(pieces.filter((piece) => contains(piece, point)).length).toBe(contains(other, point) ? 0 : 1);
        for (const piece of pieces) expect(pointsOf(piece).every((point) => contains(one, point))).toBe(true);
      }),
    );
  });
});

describe("whatever the rules", () => {
  test("denied, allowed: as each single packet is, and the packet shows it", () => {
    fc.assert(
      fc.property(list, box, (rulesOf, region) => {
        const allowed = pointsOf(region).filter((point) => rulesOf.decide(point) === "Allow");
        const denies = deniesAll(rulesOf, region);
        expect(denies.verdict).toBe(allowed.length === 0 ? "Proved" : "Refuted");
        if (denies.verdict === "Refuted") {
          expect(rulesOf.decide(denies.point)).toBe("Allow");
          expect(contains(region, denies.point)).toBe(true);
        }
        expect(allowsAll(rulesOf, region).verdict).toBe(
          allowed.length === pointsOf(region).length ? "Proved" : "Refuted",
        );
      }),
    );
  });

  test("two lists are the same where no packet is decided in two ways", () => {
    fc.assert(
      fc.property(list, list, box, (one, other, region) => {
        const differ = pointsOf(region).some((point) => one.decide(point) !== other.decide(point));
        const proof = sameOn(one, other, region);
        expect(proof.verdict).toBe(differ ? "Refuted" : "Proved");
        if (proof.verdict === "Refuted") expect(one.decide(proof.point)).not.toBe(other.decide(proof.point));
      }),
    );
  });

  test("a rule is shadowed where those before it match everything", () => {
    fc.assert(
      fc.property(rules, (all) => {
        const own = new RuleList("Deny", all);
        all.forEach((rule, index) => {
          const reached = pointsOf(rule.match).some((point) =>
            all.slice(0, index).every(({ match }) => !contains(match, point)),
          );
          expect(isShadowed(own, own.rowOf(rule.id) as number).verdict).toBe(reached ? "Refuted" : "Proved");
        });
      }),
    );
  });

  test("a rule is redundant where the list without it decides every packet as before", () => {
    fc.assert(
      fc.property(rules, fc.nat(), (all, at) => {
        fc.pre(all.length > 0);
        const rule = all[at % all.length] as Rule;
        const [own, without] = [all, all.filter((each) => each !== rule)].map((some) => new RuleList("Deny", some));
        const proof = isRedundant(own as RuleList, own?.rowOf(rule.id) as number);
        const differ = every.some((point) => own?.decide(point) !== without?.decide(point));
        expect(proof.verdict).toBe(differ ? "Refuted" : "Proved");
        if (proof.verdict === "Refuted") expect(own?.decide(proof.point)).not.toBe(without?.decide(proof.point));
      }),
    );
  });

  test("inserted anywhere and removed, a list is as if it had been written so", () => {
    const change = fc.tuple(box, fc.nat(), fc.boolean());
    fc.assert(
      fc.property(rules, fc.array(change, { maxLength: 12 }), (all, changes) => {
        const own = new RuleList("Deny", all);
        const written: Rule[] = [...all];
        changes.forEach(([match, at, isRemoval], index) => {
          if (isRemoval && written.length > 0) {
            const [gone] = written.splice(at % written.length, 1);
            own.remove(gone?.id ?? "");
            return;
          }
          const place = at % (written.length + 1);
          const rule: Rule = { id: `n${index}`, match, verdict: index % 2 === 0 ? "Allow" : "Deny" };
          own.insert(rule, written[place]?.id);
          written.splice(place, 0, rule);
        });
        const fresh = new RuleList("Deny", written);
        for (const point of every) expect(own.decide(point)).toBe(fresh.decide(point));
        expect(sameOn(own, fresh, [0, side, 0, side, 0, side, 0, side, 0, side]).verdict).toBe("Proved");
      }),
    );
  });

  test("a budget that is too small is told, and never taken for a proof", () => {
    fc.assert(
      fc.property(list, box, fc.integer({ min: 0, max: 6 }), (rulesOf, region, budget) => {
        const whole = deniesAll(rulesOf, region);
        const short = deniesAll(rulesOf, region, budget);
        expect(short).toEqual(short.verdict === "NotProved" ? { ...short, verdict: "NotProved" } : whole);
        if (whole.steps > budget) expect(short.verdict).not.toBe("Proved");
      }),
    );
  });
});
