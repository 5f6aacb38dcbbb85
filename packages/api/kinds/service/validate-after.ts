/** Rules of `tiers[].after`: the tiers that are named exist, and none waits for itself in the end. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { TierInput } from "./tier.ts";

export function startFindings(tiers: readonly TierInput[]): readonly Finding[] {
  const names = tiers.filter(({ workload }) => workload !== undefined).map(({ name }) => name);
  const known = new Map(tiers.map(({ name, after = [] }) => [name, after]));
  return tiers.flatMap(({ name, after = [] }, index) =>
    after.flatMap((other, at): readonly Finding[] => {
      const path = ["spec", "tiers", index, "after", at];
      if (!names.includes(other))
        return [
          finding("NW1301", path, `there is no tier ${other} with a workload here`, `tiers: ${names.join(", ")}`),
        ];
      if (after.indexOf(other) !== at) return [finding("NW1205", path, `${other} stands twice`, "write it once")];
      const way = wayTo(name, other, known);
      if (way === undefined) return [];
      const message = `${name} would wait for itself: ${[name, ...way].join(", ")}`;
      return [finding("NW1205", path, message, "leave one of them out: somebody has to be first")];
    }),
  );
}

/** The tiers on a way from one to the wanted, both ends included; undefined where there is none. */
function wayTo(
  wanted: string,
  from: string,
  after: ReadonlyMap<string, readonly string[]>,
  seen: readonly string[] = [],
): readonly string[] | undefined {
  if (from === wanted) return [from];
  if (seen.includes(from)) return undefined;
  for (const next of after.get(from) ?? []) {
    const rest = wayTo(wanted, next, after, [...seen, from]);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}
