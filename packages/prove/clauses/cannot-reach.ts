/** `cannotReach` and `onlyFrom`: no packet gets through. */
import type { CannotReach, OnlyFrom } from "@netwright/api";
import { isPrefix, type IpPrefix, type Ipv6Prefix } from "@netwright/base";
import type { Edge } from "../classes/edge.ts";
import { outsideAddress } from "../classes/outside-address.ts";
import type { TierEnd } from "../classes/ends.ts";
import { holds, reached, type Breaks, type Judgement } from "./judgement.ts";
import { isMeant } from "./match.ts";
import { includes, isOutside, select, type Selection } from "./select.ts";
import type { View } from "./view.ts";

export function judgeCannotReach(view: View, clause: CannotReach): Judgement {
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  return judge(
    view,
    clause,
    to,
    (edge) => includes(from, edge.from),
    () => [...from.tiers.values()],
  );
}

export function judgeOnlyFrom(view: View, clause: OnlyFrom): Judgement {
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  // Who comes by a public address of the site comes from the internet.
  const isAllowed = (edge: Edge): boolean =>
    includes(from, edge.from) || (edge.listener !== undefined && isOutside(from));
  return judge(
    view,
    clause,
    to,
    (edge) => !isAllowed(edge),
    () => view.everySender().filter((end) => !includes(from, end)),
  );
}

function judge(
  view: View,
  clause: CannotReach | OnlyFrom,
  to: Selection,
  isForbidden: (edge: Edge) => boolean,
  senders: () => readonly TierEnd[],
): Judgement {
  for (const target of to.tiers.values())
    for (const edge of [...view.inside(target), ...view.public(target), ...view.hairpinsInto(target)])
      if (edge.may !== undefined && isForbidden(edge) && isMeant(clause, edge)) return reached(edge, edge.may);
  const out = isOutside(to) ? leaves(view, clause, to, senders()) : undefined;
  if (out !== undefined) return out;
  return holds("established", "addresses", ...(isOutside(to) ? (["names"] as const) : []));
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
