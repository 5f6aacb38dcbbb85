/** `cannotReach` and `onlyFrom`: no packet gets through. */
import type { CannotReach, OnlyFrom } from "@netwright/api";
import { isPrefix, type IpPrefix, type Ipv6Prefix } from "@netwright/base";
import type { Edge } from "../classes/edge.ts";
import { outsideAddress } from "../classes/outside-address.ts";
import type { End, TierEnd } from "../classes/ends.ts";
import { reached, type AssumptionKey, type Breaks, type Judgement } from "./judgement.ts";
import { isMeant } from "./match.ts";
import { includes, isOutside, select, type Selection } from "./select.ts";
import type { View } from "./view.ts";

export function judgeCannotReach(view: View, clause: CannotReach): Judgement {
  const [from, to] = [scoped(view, clause.from), scoped(view, clause.to)];
  return judge(view, clause, to, (end) => includes(from, end), [...from.tiers.values()]);
}

export function judgeOnlyFrom(view: View, clause: OnlyFrom): Judgement {
  const [from, to] = [scoped(view, clause.from), scoped(view, clause.to)];
  const others = (): readonly TierEnd[] => view.everybody().filter((end) => !includes(from, end));
  // Who comes by a public address of the site comes from the internet, and nobody comes where none leads to.
  const isOpen = !isOutside(from) && [...to.tiers.values()].some((end) => view.pointsInto(end).length > 0);
  return judge(view, clause, to, (end) => !includes(from, end), isOpen || isOutside(to) ? others() : []);
}

const scoped = (view: View, selectors: Parameters<typeof select>[1]): Selection => select(view, selectors);

function judge(
  view: View,
  clause: CannotReach | OnlyFrom,
  to: Selection,
  isSender: (end: End) => boolean,
  senders: readonly TierEnd[],
): Judgement {
  for (const edge of edgesInto(view, to, isSender, senders))
    if (edge.may !== undefined && isMeant(clause, edge)) return reached(edge, edge.may);
  const out = isOutside(to) ? leaves(view, clause, to, senders) : undefined;
  if (out !== undefined) return out;
  const named =
    isOutside(to) ||
    senders.some((end) => view.egress(end).some(({ egress }) => egress !== undefined && !isPrefix(egress)));
  const assumptions: AssumptionKey[] = ["established", "addresses", ...(named ? (["names"] as const) : [])];
  return { holds: true, edges: [], assumptions };
}

function* edgesInto(
  view: View,
  to: Selection,
  isSender: (end: End) => boolean,
  senders: readonly TierEnd[],
): Generator<Edge> {
  for (const target of to.tiers.values()) {
    for (const edge of [...view.inside(target), ...view.public(target)]) if (isSender(edge.from)) yield edge;
    for (const point of view.pointsInto(target))
      for (const sender of senders)
        if (view.egress(sender).some((rule) => rule.protocol === point.protocol && rule.port === point.port))
          yield* view.hairpins(sender, point).filter((edge) => edge.to.key === target.key);
  }
}

function leaves(
  view: View,
  clause: CannotReach | OnlyFrom,
  { internet, cidrs }: Selection,
  senders: readonly TierEnd[],
): Breaks | undefined {
  for (const sender of senders) {
    for (const edge of view.egress(sender)) {
      if (edge.may?.kind !== "Egress" || edge.egress === undefined || !isMeant(clause, edge)) continue;
      const { pools, own } = view.publicAddresses(edge.may.from);
      const within = internet ? [undefined] : cidrs.filter(isIpv6);
      const destination = within
        .map((cidr) =>
          outsideAddress(
            isPrefix(edge.egress as Ipv6Prefix) ? (edge.egress as Ipv6Prefix) : undefined,
            cidr,
            pools,
            own,
          ),
        )
        .find((each) => each !== undefined);
      if (destination !== undefined) return reached(edge, { ...edge.may, destination });
    }
  }
  return undefined;
}

const isIpv6 = (prefix: IpPrefix): prefix is IpPrefix & Ipv6Prefix => prefix.includes(":");
