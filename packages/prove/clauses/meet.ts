/** Whether one connection that a clause asks for is there: always, for everybody. */
import {
  formatIpv6,
  isPrefix,
  prefixContains,
  prefixesOverlap,
  prefixParts,
  prefixSize,
  type Ipv6,
  type Ipv6Prefix,
} from "@netwright/base";
import type { PublicPoint } from "../classes/arrivals.ts";
import { isMust, type Attempt, type Edge } from "../classes/edge.ts";
import { out } from "../classes/egress-edges.ts";
import { internetEnd, printEnd, type End, type TierEnd } from "../classes/ends.ts";
import type { Cell } from "../classes/network.ts";
import { pairOf } from "../classes/policy-edges.ts";
import type { Port } from "./declared-ports.ts";
import type { Need } from "./needs.ts";
import type { View } from "./view.ts";

export interface Failure {
  readonly from: End;
  readonly to: End;
  readonly at: Port | undefined;
  /** Undefined where there is nobody who could send it, or nobody to send it to. */
  readonly attempt: Attempt | undefined;
  /** Where no packet tells it. */
  readonly why: string;
}

export type Met = { readonly edges: readonly Edge[] } | { readonly failure: Failure };

/** Nobody sends: what instances may do is proved when there are some. */
const nobody: Met = { edges: [] };

export function meet(view: View, need: Need): Met {
  view.meter.spend(1);
  switch (need.kind) {
    case "Inside":
      return inside(view, need);
    case "Public":
      return overAddress(view, need);
    case "Outside":
      return outside(view, need);
    case "Nothing":
      return {
        failure: {
          from: need.from,
          to: need.to,
          at: undefined,
          attempt: undefined,
          why: `${printEnd(need.to)} ${need.why}`,
        },
      };
  }
}

function inside(view: View, { from, to, at }: Extract<Need, { kind: "Inside" }>): Met {
  const [sources, targets] = [view.cells(from), view.cells(to)];
  if (targets.length === 0)
    return { failure: { from, to, at, attempt: undefined, why: `${printEnd(to)} has no instance` } };
  if (sources.length === 0) return nobody;
  const edge = view.inside(to).find((each) => each.from.key === from.key && isAt(each, at));
  if (edge !== undefined && isMust(edge)) return { edges: [edge] };
  return { failure: { from, to, at, attempt: edge?.fails ?? anyPair(sources, targets), why: "no rule allows it" } };
}

export const isAt = (edge: Port, { protocol, port }: Port): boolean => edge.protocol === protocol && edge.port === port;

function anyPair(sources: readonly Cell[], targets: readonly Cell[]): Attempt | undefined {
  for (const source of sources)
    for (const target of targets) {
      const pair = pairOf(source, target);
      if (pair !== undefined) return pair;
    }
  return undefined;
}

/** From the internet, or from a tier that leaves its network for it. */
function overAddress(view: View, { from, service, to, at }: Extract<Need, { kind: "Public" }>): Met {
  const all = view.pointsOf(service);
  const points = all.filter((point) => isAt(point, at));
  const target = [...to.values()][0] as TierEnd;
  const failure = (attempt: Attempt | undefined, why: string): Met => ({
    failure: { from, to: target, at, attempt, why },
  });
  if (from.kind === "Tier" && view.cells(from).length === 0) return nobody;
  const [known] = all;
  if (known === undefined) return failure(undefined, `no host has a listener of ${service.project}/${service.service}`);
  if (points.length === 0)
    return failure(toAddress(view, from, known, at), `no listener at ${at.protocol} port ${at.port}`);
  const edges: Edge[] = [];
  for (const point of points) {
    const found = from.kind === "Tier" ? view.hairpins(from, point) : view.at(point);
    const edge = found.find((each) => to.has(each.to.key));
    if (edge === undefined || !isMust(edge))
      return failure(edge?.fails ?? toAddress(view, from, point, at), "nothing gets there");
    edges.push(edge);
  }
  return { edges };
}

function toAddress(view: View, from: End, { vip }: Pick<PublicPoint, "vip">, at: Port): Attempt | undefined {
  if (from.kind === "Internet")
    return { kind: "Public", destination: vip, node: undefined, listener: undefined, member: undefined };
  const cells = view.cells(from);
  const cell = cells.find((each) => rulesFor(each, at).length === 0) ?? cells[0];
  return cell === undefined ? undefined : out(cell, vip, undefined);
}

const rulesFor = ({ local, class: cls }: Cell, at: Port): readonly unknown[] =>
  (local.state.egress ?? []).filter((each) => each.from === cls && isAt(each, at));

/** To all addresses of a prefix. A rule about a name leads to none of them for sure. */
function outside(view: View, { from, to, at }: Extract<Need, { kind: "Outside" }>): Met {
  if (view.cells(from).length === 0) return nobody;
  const rules = view
    .egress(from)
    .filter((each) => isAt(each, at) && each.egress !== undefined && isPrefix(each.egress));
  const prefixOf = ({ egress }: Edge): Ipv6Prefix => egress as Ipv6Prefix;
  const gap = firstOutside(to, rules.filter(isMust).map(prefixOf));
  if (gap === undefined) return { edges: rules.filter((each) => isMust(each) && prefixesOverlap(prefixOf(each), to)) };
  const partial = rules.find((each) => prefixContains(prefixOf(each), gap))?.fails;
  const [cell] = view.cells(from);
  const attempt = partial?.kind === "Egress" ? { ...partial, destination: gap } : cell && out(cell, gap, undefined);
  return { failure: { from, to: internetEnd, at, attempt, why: `no rule allows egress to ${gap}` } };
}

/** The first address that none of the others has. */
function firstOutside(wanted: Ipv6Prefix, others: readonly Ipv6Prefix[]): Ipv6 | undefined {
  const { first } = prefixParts(wanted);
  const end = first + prefixSize(wanted);
  const intervals = others.map((each) => ({
    from: prefixParts(each).first,
    to: prefixParts(each).first + prefixSize(each),
  }));
  let at = first;
  for (const { from, to } of intervals.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)))
    if (from <= at && to > at) at = to;
  return at < end ? formatIpv6(at) : undefined;
}
