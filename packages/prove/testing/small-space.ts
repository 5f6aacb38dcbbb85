/** The search against every point of a small space, one by one: the reference is so simple that it can be read. */
import { contains, type Box, type Point } from "../rules/box.ts";
import { RuleList, type Rule, type Verdict } from "../rules/rule-list.ts";
import { search } from "../rules/search.ts";
import { randomOf } from "./rule-lists.ts";

const side = 3;
const fields = 5;

export const everyPoint: readonly Point[] = Array.from({ length: side ** fields }, (_, index) =>
  Array.from({ length: fields }, (__, field) => Math.floor(index / side ** field) % side),
);

/** The first rule that matches decides. */
function decide(rules: readonly Rule[], otherwise: Verdict, point: Point): Verdict {
  return rules.find(({ match }) => contains(match, point))?.verdict ?? otherwise;
}

const whole = (random: () => number, below: number): number => Math.floor(random() * below);

const boxOf = (random: () => number): Box =>
  Array.from({ length: fields }, () => {
    const from = whole(random, side);
    return [from, from + 1 + whole(random, side - from)];
  }).flat();

const verdictOf = (random: () => number): Verdict => (random() < 0.5 ? "Allow" : "Deny");

const listOf = (random: () => number): readonly Rule[] =>
  Array.from({ length: whole(random, 9) }, (_, index) => ({
    id: `r${index}`,
    match: boxOf(random),
    verdict: verdictOf(random),
  }));

/** Whether one list allows what the other denies, asked `count` times of both. @returns how often they disagree */
export function disagreements(count: number): number {
  const random = randomOf(count);
  let found = 0;
  for (let index = 0; index < count; index++) {
    const [one, two] = [listOf(random), listOf(random)];
    const [first, second] = [verdictOf(random), verdictOf(random)];
    const region = boxOf(random);
    const answer = search(region, [
      { list: new RuleList(first, one), verdict: "Allow" },
      { list: new RuleList(second, two), verdict: "Deny" },
    ]);
    const isSo = (point: Point): boolean =>
      contains(region, point) && decide(one, first, point) === "Allow" && decide(two, second, point) === "Deny";
    const isRight = answer.kind === "Found" ? isSo(answer.point) : answer.kind === "None" && !everyPoint.some(isSo);
    if (!isRight) found += 1;
  }
  return found;
}
