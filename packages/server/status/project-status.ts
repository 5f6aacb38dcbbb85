/** Status of projects: what they ask for beside what they may. Pure. */
import type { Condition, Project } from "@netwright/api";
import { poolsFor, printAmount, projectStandings, type ObjectSet, type ProjectStanding } from "@netwright/compiler";
import { conditionsOf } from "./conditions.ts";
import type { Facts } from "./facts.ts";

/** They are asked for project by project, and counted at once. An object set never changes. */
const known = new WeakMap<ObjectSet, ReadonlyMap<string, ProjectStanding>>();

export function standingsOf(objects: ObjectSet): ReadonlyMap<string, ProjectStanding> {
  const standings = known.get(objects) ?? projectStandings(objects);
  known.set(objects, standings);
  return standings;
}

export function projectStatus(
  { objects, now }: Pick<Facts, "objects" | "now">,
  { metadata: { name, generation = 0 } }: Project,
  before: readonly Condition[],
): NonNullable<Project["status"]> {
  const standing = standingsOf(objects).get(name);
  if (standing === undefined) throw new RangeError(`Invariant: project ${name} is applied`);
  const { use, over } = standing;
  const verdict =
    over.length === 0
      ? ({ status: "True", reason: "WithinLimits", message: "it uses no more than it may" } as const)
      : ({
          status: "False",
          reason: "OverLimits",
          message: `nothing is taken away, and nothing more given: ${over.join("; ")}`,
        } as const);
  return {
    used: { ...use, cpu: printAmount("cpu", use.cpu), memory: printAmount("memory", use.memory) },
    pools: [...poolsFor(objects, name)],
    conditions: [...conditionsOf([{ type: "WithinLimits", ...verdict, observedGeneration: generation }], before, now)],
  };
}
