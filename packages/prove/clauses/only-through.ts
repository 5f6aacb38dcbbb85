/** `reaches` ... `onlyThrough`: every chain of flows passes the waypoints in order. States of an automaton, over the graph. */
import type { OnlyThrough } from "@netwright/api";
import type { Edge } from "../classes/edge.ts";
import { internetEnd, printEnd, type End } from "../classes/ends.ts";
import type { Judgement } from "./judgement.ts";
import { isMeant } from "./match.ts";
import { isOutside, select, type Selection } from "./select.ts";
import type { View } from "./view.ts";

/** Where a chain is: its end, and how many waypoints it has passed. */
interface State {
  readonly end: End;
  readonly passed: number;
  readonly by: { readonly edge: Edge; readonly before: State } | undefined;
}

export function judgeOnlyThrough(view: View, clause: OnlyThrough): Judgement {
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  const waypoints = clause.through.map((each) => select(view, [each]));
  const starts = [...(isOutside(from) ? [internetEnd] : []), ...from.tiers.values()];
  const queue: State[] = starts.map((end) => ({ end, passed: 0, by: undefined }));
  const seen = new Set(queue.map(keyOf));
  const steps = nearSteps(view, from, to) ?? ((end: End) => allSteps(view, end));
  for (const state of queue) {
    for (const edge of steps(state.end)) {
      if (edge.may === undefined) continue;
      const passed = advance(waypoints, state.passed, edge);
      const isThere = edge.to.kind === "Internet" ? isOutside(to) : to.tiers.has(edge.to.key);
      const next: State = { end: edge.to, passed, by: { edge, before: state } };
      if (isThere && passedBefore(waypoints, state.passed, edge) < waypoints.length && isMeant(clause, edge))
        return chainOf(next, clause);
      if (edge.to.kind === "Internet" || seen.has(keyOf(next))) continue;
      seen.add(keyOf(next));
      queue.push(next);
    }
  }
  return { holds: true, edges: [], assumptions: ["established", "addresses"] };
}

const keyOf = ({ end, passed }: State): string => `${passed} ${end.key}`;

/**
 * Steps that lead towards the target, found from there backwards, so that a clause about one service looks at that service's
 * network and not at the whole site. A chain that leaves the site and comes in again at a public address is none where it could as
 * well begin there: one that begins later has passed no more waypoints. Undefined where this is not so.
 */
function nearSteps(view: View, from: Selection, to: Selection): ((end: End) => readonly Edge[]) | undefined {
  if (isOutside(to)) return undefined;
  const near = new Map(to.tiers);
  for (const tier of near.values())
    for (const { from: source } of view.inside(tier)) if (source.kind === "Tier") near.set(source.key, source);
  const doors: Edge[] = [];
  for (const tier of near.values())
    for (const point of view.pointsInto(tier)) {
      const found = isOutside(from) ? view.at(point).filter((edge) => edge.to.key === tier.key) : [];
      if (!found.some(({ may }) => may !== undefined)) return undefined;
      doors.push(...found);
    }
  return (end) => (end.kind === "Internet" ? doors : view.insideFrom(end).filter((edge) => near.has(edge.to.key)));
}

/** Out of the site is the end of a chain: what strangers do there is nobody's to prove. */
function allSteps(view: View, end: End): readonly Edge[] {
  if (end.kind === "Internet") return view.allPublic();
  return [...view.insideFrom(end), ...view.egress(end), ...view.allHairpins(end)];
}

/** The load balancer comes before the tier that it leads to. */
function passedBefore(waypoints: readonly Selection[], passed: number, { listener }: Edge): number {
  const waypoint = waypoints[passed];
  return listener !== undefined && waypoint?.balancers.has(listener.service.key) === true ? passed + 1 : passed;
}

function advance(waypoints: readonly Selection[], passed: number, edge: Edge): number {
  const at = passedBefore(waypoints, passed, edge);
  return edge.to.kind === "Tier" && waypoints[at]?.tiers.has(edge.to.key) === true ? at + 1 : at;
}

function chainOf(last: State, { through }: OnlyThrough): Judgement {
  const edges: Edge[] = [];
  let state = last;
  while (state.by !== undefined) {
    edges.unshift(state.by.edge);
    state = state.by.before;
  }
  const at = edges.at(-1) as Edge;
  const missed = through[passedAt(last)];
  const chain = [state.end, ...edges.map(({ to }) => to)].map(printEnd).join(", ");
  const name =
    missed === undefined ? "a waypoint" : [missed.service, missed.tier].filter((each) => each !== undefined).join("/");
  return {
    holds: false,
    kind: "Reaches",
    from: state.end,
    to: last.end,
    packets: edges.flatMap(({ may, protocol, port }) =>
      may === undefined ? [] : [{ attempt: may, at: { protocol, port } }],
    ),
    at: { protocol: at.protocol, port: at.port },
    why: `by ${chain}, not through ${name}`,
  };
}

const passedAt = ({ by }: State): number => by?.before.passed ?? 0;
