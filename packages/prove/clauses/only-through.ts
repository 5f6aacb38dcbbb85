/**
 * `reaches` ... `onlyThrough`: every chain of flows passes the waypoints in order. States of an automaton over the graph, walked
 * from the target back: what leads to a target is less than what a sender can reach.
 */
import type { OnlyThrough } from "@netwright/api";
import type { Edge } from "../classes/edge.ts";
import { internetEnd, printEnd, type End } from "../classes/ends.ts";
import type { Judgement } from "./judgement.ts";
import { isMeant } from "./match.ts";
import { includes, isOutside, select, type Selection } from "./select.ts";
import type { View } from "./view.ts";

/** The end of a chain that is known from here to the target, and how many of the last waypoints it passes. */
interface State {
  readonly end: End;
  readonly passed: number;
  readonly by: { readonly edge: Edge; readonly next: State } | undefined;
}

export function judgeOnlyThrough(view: View, clause: OnlyThrough): Judgement {
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  const backwards = clause.through.map((each) => select(view, [each])).toReversed();
  const targets = [...(isOutside(to) ? [internetEnd] : []), ...to.tiers.values()];
  const queue: State[] = targets.map((end) => ({ end, passed: 0, by: undefined }));
  const seen = new Set(queue.map(keyOf));
  for (const state of queue) {
    for (const edge of stepsTo(view, state)) {
      if (edge.may === undefined || (state.by === undefined && !isMeant(clause, edge))) continue;
      const passed = passing(
        backwards,
        state.passed,
        (each) => edge.listener !== undefined && each.balancers.has(edge.listener.service.key),
      );
      if (passed === backwards.length) continue;
      if (includes(from, edge.from)) return chainOf({ end: edge.from, passed, by: { edge, next: state } }, clause);
      if (edge.from.kind === "Internet") continue;
      const { from: end } = edge;
      const next: State = {
        end,
        passed: passing(backwards, passed, (each) => each.tiers.has(end.key)),
        by: { edge, next: state },
      };
      if (next.passed === backwards.length || seen.has(keyOf(next))) continue;
      seen.add(keyOf(next));
      queue.push(next);
    }
  }
  return { holds: true, edges: [], assumptions: ["established", "addresses"] };
}

/** Before the target there may be a start of another chain: its state is not that of the target. */
const keyOf = ({ end, passed, by }: State): string => `${by === undefined ? "target" : passed} ${end.key}`;

const passing = (waypoints: readonly Selection[], passed: number, is: (waypoint: Selection) => boolean): number => {
  const waypoint = waypoints[passed];
  return waypoint !== undefined && is(waypoint) ? passed + 1 : passed;
};

/** Out of the site is the end of a chain: what strangers do there is nobody's to prove. */
function stepsTo(view: View, { end }: State): readonly Edge[] {
  if (end.kind === "Internet") return view.everySender().flatMap((sender) => view.egress(sender));
  return [...view.inside(end), ...view.public(end), ...view.hairpinsInto(end)];
}

function chainOf(first: State, { through }: OnlyThrough): Judgement {
  const edges: Edge[] = [];
  for (let state = first; state.by !== undefined; state = state.by.next) edges.push(state.by.edge);
  const { to, protocol, port } = edges.at(-1) as Edge;
  const missed = through.toReversed()[first.passed];
  const chain = [first.end, ...edges.map((edge) => edge.to)].map(printEnd).join(", ");
  const name =
    missed === undefined ? "a waypoint" : [missed.service, missed.tier].filter((each) => each !== undefined).join("/");
  return {
    holds: false,
    kind: "Reaches",
    from: first.end,
    to,
    packets: edges.flatMap((edge) =>
      edge.may === undefined ? [] : [{ attempt: edge.may, at: { protocol: edge.protocol, port: edge.port } }],
    ),
    at: { protocol, port },
    why: `by ${chain}, not through ${name}`,
  };
}
