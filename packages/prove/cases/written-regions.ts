/** What a clause that is written speaks of. Pure. */
import type { Clause } from "@netwright/api";
import { isOutside, select, type Selection } from "../clauses/select.ts";
import type { View } from "../clauses/view.ts";
import { outsideRegions, type Outside } from "./outside-region.ts";
import {
  portsInto,
  single,
  strangerTo,
  writtenOr,
  type Interval,
  type PublicTarget,
  type Region,
  type TierTarget,
} from "./region.ts";

export function* writtenRegions(view: View, id: string, clause: Clause, outside: Outside): Generator<Region> {
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  const tiers = [...from.tiers.values()];
  const senders = [...tiers, ...(isOutside(from) ? (["internet"] as const) : [])];
  for (const target of targetsOf(view, to)) {
    const intervals = intervalsOf(view, clause, target);
    yield { clause: id, senders, stranger: strangerTo(view, senders, target), target, intervals };
  }
  if (isOutside(to)) yield* outsideRegions(view, { id, clause, tiers, to }, outside);
}

function targetsOf(view: View, { tiers, named }: Selection): readonly (TierTarget | PublicTarget)[] {
  const ends = [...tiers.values()];
  const points = ends
    .filter(({ key }) => !named.has(key))
    .flatMap((end) => view.pointsInto(end).map(({ vip }) => ({ kind: "Public", vip, name: end.service }) as const));
  return [
    ...new Map(points.map((point) => [point.vip, point])).values(),
    ...ends.map((end) => ({ kind: "Tier", end }) as const),
  ];
}

/** As written, or all at which the target is known to listen or to be let to. */
function intervalsOf(view: View, clause: Clause, target: TierTarget | PublicTarget): readonly Interval[] {
  return writtenOr(clause, () =>
    target.kind === "Tier"
      ? portsInto(view, target.end)
      : view.graph
          .points()
          .filter(({ vip }) => vip === target.vip)
          .map(single),
  );
}
