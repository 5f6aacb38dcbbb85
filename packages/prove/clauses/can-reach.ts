/** `canReach`: everybody gets through, on every host and to every member; over waypoints, one direct step after the other. */
import type { CanReach, TierSelector } from "@netwright/api";
import { isMust, type Edge } from "../classes/edge.ts";
import { printEnd, type End } from "../classes/ends.ts";
import type { Breaks, Judgement } from "./judgement.ts";
import { meet, type Failure } from "./meet.ts";
import { endsOf, needsOf } from "./needs.ts";
import { select, type Selection } from "./select.ts";
import type { View } from "./view.ts";

export function judgeCanReach(view: View, clause: CanReach): Judgement {
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  return clause.through.length === 0 ? direct(view, clause, endsOf(from), to) : over(view, clause, endsOf(from), to);
}

function direct(view: View, clause: CanReach, from: readonly End[], to: Selection): Judgement {
  const edges: Edge[] = [];
  let idle = false;
  for (const need of needsOf(view, clause, from, to)) {
    const met = meet(view, need);
    if ("failure" in met) return failed(met.failure);
    idle ||= met.edges.length === 0;
    edges.push(...met.edges);
  }
  return {
    holds: true,
    edges,
    assumptions: ["established", ...(idle ? (["no-instance"] as const) : []), ...view.routerAssumption(edges)],
  };
}

const failed = ({ from, to, at, attempt, why }: Failure): Breaks => ({
  holds: false,
  kind: "DoesNotReach",
  from,
  to,
  packets: attempt === undefined || at === undefined ? [] : [{ attempt, at }],
  at,
  why,
});

/** A sender gets through where one of the waypoints that it reaches does. */
function over(view: View, clause: CanReach, senders: readonly End[], to: Selection): Judgement {
  const edges: Edge[] = [];
  for (const sender of senders) {
    const walked = waypoints(view, sender, clause.through);
    if ("why" in walked)
      return {
        holds: false,
        kind: "DoesNotReach",
        from: sender,
        to: walked.at,
        packets: [],
        at: undefined,
        why: walked.why,
      };
    edges.push(...walked.edges);
    for (const target of to.tiers.values()) {
      const one: Selection = { ...to, tiers: new Map([[target.key, target]]) };
      const tries = walked.last.map((last) => direct(view, clause, [last], one));
      const way = tries.find(({ holds }) => holds) ?? tries[0];
      if (way === undefined || !way.holds)
        return (
          way ?? {
            holds: false,
            kind: "DoesNotReach",
            from: sender,
            to: target,
            packets: [],
            at: undefined,
            why: "no waypoint",
          }
        );
      edges.push(...way.edges);
    }
  }
  return { holds: true, edges, assumptions: ["established", ...view.routerAssumption(edges)] };
}

interface Walked {
  readonly last: readonly End[];
  readonly edges: readonly Edge[];
}

function waypoints(
  view: View,
  from: End,
  through: readonly TierSelector[],
): Walked | { readonly at: End; readonly why: string } {
  let at: readonly End[] = [from];
  let balancers: ReadonlySet<string> | undefined;
  const edges: Edge[] = [];
  for (const selector of through) {
    const { tiers, balancers: passed } = select(view, [selector]);
    if (tiers.size === 0 && passed.size > 0) {
      // A load balancer has no address: it is on the way of what comes to the public address behind it.
      balancers = new Set(passed.keys());
      continue;
    }
    const steps = at.flatMap((end) =>
      [...tiers.values()].flatMap((to) => mustEdges(view, end, to.key, tiers, balancers)),
    );
    const [first] = tiers.values();
    if (steps.length === 0)
      return {
        at: first ?? from,
        why: `no step from ${at.map(printEnd).join(", ")} to ${[...tiers.values()].map(printEnd).join(", ")}`,
      };
    edges.push(...steps);
    balancers = undefined;
    at = [...new Map(steps.map(({ to }) => [to.key, to])).values()];
  }
  return { last: at, edges };
}

function mustEdges(
  view: View,
  from: End,
  key: string,
  tiers: Selection["tiers"],
  balancers: ReadonlySet<string> | undefined,
): readonly Edge[] {
  const to = tiers.get(key);
  if (to === undefined) return [];
  const all =
    from.kind === "Internet"
      ? view.public(to)
      : [
          ...view.inside(to).filter((edge) => edge.from.key === from.key),
          ...view.pointsInto(to).flatMap((point) => view.hairpins(from, point).filter((edge) => edge.to.key === key)),
        ];
  const fits = ({ listener }: Edge): boolean =>
    balancers === undefined || (listener !== undefined && balancers.has(listener.service.key));
  return all.filter((edge) => isMust(edge) && fits(edge));
}
