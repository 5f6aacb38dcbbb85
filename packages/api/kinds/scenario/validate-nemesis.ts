/** Rules across the fields of a nemesis. */
import { finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Nemesis } from "./nemesis.ts";

/** Fewer nodes cannot be divided so. */
const fewest: Readonly<Partial<Record<Nemesis["faults"][number], number>>> = {
  "partition-halves": 2,
  "partition-one": 2,
  "partition-bridge": 3,
  "partition-majorities-ring": 4,
};

export function validateNemesis(nemesis: Nemesis, path: FieldPath): readonly Finding[] {
  const { faults, nodes, programs } = nemesis;
  return [
    ...(nemesis.for > nemesis.every
      ? [finding("NW1205", [...path, "for"], "is above every", "one fault ends before the next begins")]
      : []),
    ...(programs !== undefined && !faults.includes("kill")
      ? [keyFinding("NW1205", [...path, "programs"], "needs kill among faults", "leave it out")]
      : []),
    ...faults.flatMap((fault, index) => {
      const needed = fewest[fault] ?? 0;
      if (nodes === undefined || nodes.length >= needed) return [];
      const message = `${fault} needs ${needed} nodes, and ${nodes.length} are named`;
      return [finding("NW1205", [...path, "faults", index], message, "name more nodes, or leave nodes out")];
    }),
  ];
}
