/** Status of projects: what they ask for beside what they may. Pure. */
import type { Condition, Project } from "@netwright/api";
import {
  poolsFor,
  printAmount,
  projectStandings,
  type Ledger,
  type ObjectSet,
  type ProjectStanding,
  type VolumeEntry,
} from "@netwright/compiler";
import { conditionsOf } from "./conditions.ts";
import type { Facts } from "./facts.ts";

interface Known {
  readonly ledger: Ledger;
  readonly standings: ReadonlyMap<string, ProjectStanding>;
}

/** They are asked for project by project, and counted at once. Neither an object set nor a ledger ever changes. */
const known = new WeakMap<ObjectSet, Known>();

export function standingsOf(objects: ObjectSet, ledger: Ledger): ReadonlyMap<string, ProjectStanding> {
  const kept = known.get(objects);
  if (kept?.ledger === ledger) return kept.standings;
  const standings = projectStandings(objects, volumesIn(ledger));
  known.set(objects, { ledger, standings });
  return standings;
}

export const volumesIn = (ledger: Ledger): readonly VolumeEntry[] =>
  [...ledger.values()].filter((entry) => entry.kind === "Volume");

export function projectStatus(
  { objects, ledger, now }: Pick<Facts, "objects" | "ledger" | "now">,
  { metadata: { name, generation = 0 } }: Project,
  before: readonly Condition[],
): NonNullable<Project["status"]> {
  const standing = standingsOf(objects, ledger.entries).get(name);
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
    used: {
      ...use,
      cpu: printAmount("cpu", use.cpu),
      memory: printAmount("memory", use.memory),
      storage: printAmount("storage", use.storage),
    },
    pools: [...poolsFor(objects, name)],
    conditions: [...conditionsOf([{ type: "WithinLimits", ...verdict, observedGeneration: generation }], before, now)],
  };
}
