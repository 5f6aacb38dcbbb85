/** `despite: host-loss`: what is left of the ways of a clause when any one host is gone. What must not be can only become less. */
import { pointKey } from "../classes/arrivals.ts";
import type { Attempt, Edge } from "../classes/edge.ts";
import type { TierEnd } from "../classes/ends.ts";
import type { Breaks } from "./judgement.ts";
import { printEnd } from "../classes/ends.ts";
import type { View } from "./view.ts";

export interface Loss extends Breaks {
  readonly lost: string;
}

export function judgeHostLoss(view: View, edges: readonly Edge[]): Loss | undefined {
  for (const edge of edges) {
    const loss = lossOf(view, edge);
    if (loss !== undefined) return loss;
  }
  return undefined;
}

function lossOf(view: View, edge: Edge): Loss | undefined {
  const tiers = [edge.from, edge.to].filter((end): end is TierEnd => end.kind === "Tier");
  for (const end of tiers) {
    const hosts = new Set(view.cells(end).map(({ local }) => local.node));
    view.meter.spend(hosts.size);
    const [only] = hosts;
    if (hosts.size === 1 && only !== undefined)
      return broken(view, edge, only, `all of ${printEnd(end)} is on ${only}`);
  }
  return edge.listener === undefined ? undefined : lossOfListener(view, edge, edge.listener.vip);
}

/** Only what the first way needs can be missed by all of them. */
function lossOfListener(view: View, edge: Edge, vip: NonNullable<Edge["listener"]>["vip"]): Loss | undefined {
  const { protocol, port } = edge;
  const ways = view.graph
    .arrivals(pointKey({ vip, protocol, port }))
    .flatMap(({ node, delivered }) => (delivered === undefined ? [] : [[node, delivered.local.node] as const]));
  view.meter.spend(ways.length);
  const first = ways[0] ?? [];
  const lost = first.find((host) => ways.every((way) => way.includes(host)));
  return lost === undefined ? undefined : broken(view, edge, lost, `every way to ${vip} leads over ${lost}`);
}

function broken(view: View, { from, to, protocol, port, may, listener }: Edge, lost: string, why: string): Loss {
  const at = { protocol, port };
  const attempt = afterLoss(view, may, listener, to, lost);
  const packets = attempt === undefined ? [] : [{ attempt, at }];
  return { holds: false, kind: "DoesNotReach", from, to, packets, at, why, lost };
}

/** A packet of somebody who is still there. */
function afterLoss(
  view: View,
  may: Attempt | undefined,
  listener: Edge["listener"],
  to: Edge["to"],
  lost: string,
): Attempt | undefined {
  if (may?.kind === "Public" && listener !== undefined)
    return { kind: "Public", destination: listener.vip, node: undefined, listener: undefined, member: undefined };
  if (may?.kind !== "Inside" || to.kind === "Internet") return undefined;
  const source = view
    .cells(may.from.state.workloads.length > 0 ? endOf(may) : to)
    .find(({ local }) => local.node !== lost);
  const workload = source?.instances[0];
  return source === undefined || workload === undefined ? undefined : { ...may, from: source.local, source: workload };
}

function endOf({ from, source }: Extract<Attempt, { readonly kind: "Inside" }>): TierEnd {
  const { project, name: network } = from.state;
  const { service, tier } = source;
  return { kind: "Tier", key: `${project}/${network}/${service}/${tier}`, project, network, service, tier };
}
