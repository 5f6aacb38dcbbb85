/** The search against Z3 (Debian's program), on lists as large as a solver answers at once. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { randomOf, rulesOf, shapes } from "../testing/rule-lists.ts";
import { smtFields, smtQuestion } from "../testing/smt.ts";
import { anyPacket } from "./header.ts";
import { RuleList, type Rule } from "./rule-list.ts";
import { search } from "./search.ts";

/** One rule less, one rule more, or one that says the opposite. */
function changed(rules: readonly Rule[], random: () => number, other: Rule): readonly Rule[] {
  const at = Math.floor(random() * rules.length);
  const rule = rules[at] as Rule;
  const kind = random();
  if (kind < 0.3) return rules.toSpliced(at, 1);
  if (kind < 0.6) return rules.toSpliced(at, 0, { ...other, id: "new" });
  return rules.with(at, { ...rule, verdict: rule.verdict === "Allow" ? "Deny" : "Allow" });
}

test("whether a change lets anything through is what a solver of others says, in either family", () => {
  const random = randomOf(11);
  const cases = shapes.flatMap((shape) =>
    (["IPv4", "IPv6"] as const).flatMap((family) =>
      Array.from({ length: 12 }, (_, seed) => {
        const [other, ...rules] = rulesOf(shape, family, 31, seed) as [Rule, ...Rule[]];
        return { before: rules, after: changed(rules, random, other) };
      }),
    ),
  );
  // Both ways: what is let through now, and what is not any more.
  const questions = cases.flatMap(({ before, after }) => [
    { allows: before, denies: after },
    { allows: after, denies: before },
  ]);
  const written = questions.map(({ allows, denies }) =>
    smtQuestion(anyPacket, { otherwise: "Deny", rules: allows }, { otherwise: "Deny", rules: denies }),
  );
  const input = [smtFields, ...written].join("\n");
  const { stdout, error } = spawnSync("z3", ["-in", "-smt2"], { input, encoding: "utf8" });
  expect(error).toBeUndefined();
  const answers = questions.map(({ allows, denies }) => {
    const { kind } = search(anyPacket, [
      { list: new RuleList("Deny", allows), verdict: "Allow" },
      { list: new RuleList("Deny", denies), verdict: "Deny" },
    ]);
    return { Found: "sat", None: "unsat", Unknown: "unknown" }[kind];
  });
  for (const kind of ["sat", "unsat"]) expect(answers.filter((answer) => answer === kind).length).toBeGreaterThan(25);
  expect(answers).toEqual(stdout.trim().split("\n"));
});
