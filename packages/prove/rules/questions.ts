/** What is asked of lists of rules. */
import type { Box, Point } from "./box.ts";
import type { Row, RuleList } from "./rule-list.ts";
import { defaultBudget, search, type Answer } from "./search.ts";

export type Proof =
  | { readonly verdict: "Proved"; readonly steps: number }
  /** The packet that shows it. */
  | { readonly verdict: "Refuted"; readonly point: Point; readonly steps: number }
  /** The budget was not enough. It may be so or not. */
  | { readonly verdict: "NotProved"; readonly steps: number };

/** No packet of the region is allowed. */
export const deniesAll = (list: RuleList, region: Box, budget?: number): Proof =>
  proofOf(search(region, [{ list, verdict: "Allow" }], budget));

/** Every packet of the region is allowed. */
export const allowsAll = (list: RuleList, region: Box, budget?: number): Proof =>
  proofOf(search(region, [{ list, verdict: "Deny" }], budget));

/** Both decide every packet of the region alike. */
export function sameOn(one: RuleList, other: RuleList, region: Box, budget = defaultBudget): Proof {
  const more = proofOf(
    search(
      region,
      [
        { list: one, verdict: "Allow" },
        { list: other, verdict: "Deny" },
      ],
      budget,
    ),
  );
  if (more.verdict !== "Proved") return more;
  const less = proofOf(
    search(
      region,
      [
        { list: other, verdict: "Allow" },
        { list: one, verdict: "Deny" },
      ],
      budget - more.steps,
    ),
  );
  return { ...less, steps: less.steps + more.steps };
}

/** No packet ever gets to this rule: those before it match all that it matches. The point refutes it. */
export const isShadowed = (list: RuleList, row: Row, budget?: number): Proof =>
  proofOf(search(list.rule(row).match, [{ list, reaches: row }], budget));

/**
 * The rule changes nothing: where it is the first, those behind it would decide as it does. Else the point is a packet that its
 * insertion or removal decides anew.
 */
export function isRedundant(list: RuleList, row: Row, budget?: number): Proof {
  const { match, verdict } = list.rule(row);
  const otherwise = verdict === "Allow" ? "Deny" : "Allow";
  return proofOf(
    search(
      match,
      [
        { list, reaches: row },
        { list, verdict: otherwise, after: row },
      ],
      budget,
    ),
  );
}

function proofOf(answer: Answer): Proof {
  const { steps } = answer;
  if (answer.kind === "None") return { verdict: "Proved", steps };
  if (answer.kind === "Found") return { verdict: "Refuted", point: answer.point, steps };
  return { verdict: "NotProved", steps };
}
