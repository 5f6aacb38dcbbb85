/** What a connection that gets through shows besides the clause that it was made up for: that it has a way, and a way back. */
import { impliedClause, networkObject, serviceObject } from "../implied/names.ts";
import type { TestCase } from "./case.ts";
import type { Connection } from "./connections.ts";

/** Names of implied clauses. */
export function showsAlso(
  { side, from, to, member }: Connection,
  { verdict }: TestCase["predicted"],
): readonly string[] {
  const { place } = to;
  const end =
    place === undefined
      ? member
      : { project: place.network.project, network: place.network.name, service: place.workload.service };
  if (verdict === "Dropped" || side === "Outside" || end === undefined) return [];
  const isFar = from !== undefined && place !== undefined && from.local.node !== place.local.node;
  return [
    impliedClause("no black hole", serviceObject(end)),
    impliedClause("replies", networkObject(end)),
    ...(isFar ? [impliedClause("tunnels", networkObject(end))] : []),
  ];
}
