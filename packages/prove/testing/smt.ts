/**
 * The same questions for a solver of others (Z3), in SMT-LIB 2.6 with bit vectors. Each tail of a list is one named truth value: nested
 * in one term, a list of a thousand rules takes a solver minutes. Pure.
 */
import { headerFields, anyPacket } from "../rules/header.ts";
import { high, low, type Box } from "../rules/box.ts";
import type { Rule, Verdict } from "../rules/rule-list.ts";

export interface WrittenList {
  readonly otherwise: Verdict;
  readonly rules: readonly Rule[];
}

const bitsOf = (field: number): number => Math.log2(high(anyPacket, field));

/** The fields, once for all questions. */
export const smtFields = headerFields
  .map((name, field) => `(declare-const ${name} (_ BitVec ${bitsOf(field)}))`)
  .join("\n");

/** Is there a packet of the region that the first list allows and the second denies? Answered by `sat` or `unsat`. */
export function smtQuestion(region: Box, allows: WrittenList, denies: WrittenList): string {
  return [
    "(push)",
    ...tails("a", allows),
    ...tails("d", denies),
    `(assert ${matchTerm(region)})`,
    "(assert a0)",
    "(assert (not d0))",
    "(check-sat)",
    "(pop)",
  ].join("\n");
}

function tails(prefix: string, { otherwise, rules }: WrittenList): readonly string[] {
  const verdict = (given: Verdict): string => String(given === "Allow");
  const last = `(define-fun ${prefix}${rules.length} () Bool ${verdict(otherwise)})`;
  const others = rules.map(
    (rule, index) =>
      `(declare-const ${prefix}${index} Bool)(assert (= ${prefix}${index} (ite ${matchTerm(rule.match)} ${verdict(rule.verdict)} ${prefix}${index + 1})))`,
  );
  return [last, ...others.toReversed()];
}

function matchTerm(box: Box): string {
  const terms = headerFields.flatMap((name, field) => fieldTerms(name, field, low(box, field), high(box, field)));
  return terms.length === 0 ? "true" : `(and true ${terms.join(" ")})`;
}

/** Prefixes as equal bits, which solvers like best; other intervals by comparison. */
function fieldTerms(name: string, field: number, from: number, to: number): readonly string[] {
  const bits = bitsOf(field);
  const size = to - from;
  if (size === 2 ** bits) return [];
  const free = Math.log2(size);
  if (Number.isInteger(free) && from % size === 0)
    return [`(= ((_ extract ${bits - 1} ${free}) ${name}) ${literal(from / size, bits - free)})`];
  return [`(bvule ${literal(from, bits)} ${name})`, `(bvule ${name} ${literal(to - 1, bits)})`];
}

const literal = (value: number, bits: number): string => `#b${value.toString(2).padStart(bits, "0")}`;
