/** Clauses at random, about services of a random site. */
import type { Clause, EndSelector } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import * as fc from "fast-check";
import { canReach, cannotReach, onlyFrom, onlyThrough, tier } from "../testing.ts";
import { referencePorts } from "./reference.ts";

const tierSelector = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom("a", "b", "c", "proxy"))
  .map(([service, name]) => tier(`s${service}`, name));
const end: fc.Arbitrary<EndSelector> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("internet" as const, "anything" as const) },
  { weight: 3, arbitrary: tierSelector },
);
const port = fc.constantFrom(...referencePorts).map((first) => [{ first, last: first }]);
const anyPort = fc.oneof(port, fc.constant([]));
const either = fc.constantFrom<readonly ("tcp" | "udp")[]>(["tcp"], ["udp"], ["tcp", "udp"]);

const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc
    .record({
      from: fc.oneof(fc.constant("internet" as const), tierSelector),
      to: tierSelector,
      ports: port,
      protocols: either,
    })
    .map(({ from, to, ...rest }) => canReach("c", { from: [from], to: [to], ...rest })),
  fc
    .record({ from: end, to: end, ports: anyPort })
    .map(({ from, to, ports }) => cannotReach("c", { from: [from], to: [to], ports })),
  fc
    .record({ from: end, to: tierSelector, ports: anyPort })
    .map(({ from, to, ports }) => onlyFrom("c", { from: [from], to: [to], ports })),
  fc
    .record({
      from: end,
      to: tierSelector,
      through: fc.array(tierSelector, { minLength: 1, maxLength: 2 }),
      ports: anyPort,
    })
    .map(({ from, to, through, ports }) => onlyThrough("c", { from: [from], to: [to], through, ports })),
);

/** With names of their own. */
export const randomClauses = (minLength: number, maxLength: number): fc.Arbitrary<readonly Clause[]> =>
  fc
    .array(clause, { minLength, maxLength })
    .map((all) => all.map((each, index) => Object.assign({}, each, { name: `c${index}` })));

/** Of the other tier's instances nothing may be known: what then holds, both must say. */
export function isAbout(states: readonly HostState[], { from, to }: Pick<Clause, "from" | "to">): boolean {
  const known = new Set(
    states.flatMap(({ networks }) =>
      networks.flatMap(({ workloads }) => workloads.map((each) => `${each.service}/${each.tier}`)),
    ),
  );
  return [...from, ...to].every(
    (each) => typeof each === "string" || !("service" in each) || known.has(`${each.service}/${each.tier}`),
  );
}
