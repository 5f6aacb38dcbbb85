/** `rollout`: how instances of a tier are replaced when what they run changes. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { percentageField } from "../../fields/percentage.ts";
import { shareOfReplicasField } from "../../fields/share-of-replicas.ts";
import { finding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";

export const rolloutSchema = z.strictObject({
  maxSurge: shareOfReplicasField("How many may run above replicas. Percent are rounded up.").prefault("25%"),
  maxUnavailable: shareOfReplicasField(
    "How many below replicas may be ready. Percent are rounded down; where both come to 0 it is 1.",
  ).prefault(0),
  minReady: durationField("How long a new instance must have been ready until it counts.", {
    min: milliseconds(0),
    max: seconds(3600),
  }).prefault("5s"),
  pauseAfterFirst: z
    .boolean()
    .default(false)
    .meta({ description: "True: after the first new instance wait for `netwright rollout resume`." }),
  autoRollback: z
    .boolean()
    .default(true)
    .meta({ description: "True: go back to what ran before when a rollout fails. False: stop there." }),
  maxErrorRatio: percentageField(
    "It fails when more of the requests to new instances fail, and fewer to old ones.",
  ).prefault("5%"),
  progressDeadline: durationField(
    "It fails when nothing has become ready or gone for so long; pauses do not count.",
    { min: seconds(1), max: seconds(24 * 3600) },
    ["10m", "90s"],
  ).prefault("10m"),
});

export type Rollout = z.output<typeof rolloutSchema>;

const isNone = (share: Rollout["maxSurge"]): boolean => ("count" in share ? share.count : share.percent) === 0;

export function validateRollout(rollout: Rollout | undefined, path: FieldPath): readonly Finding[] {
  if (rollout === undefined) return [];
  const { maxSurge, maxUnavailable, minReady, progressDeadline } = rollout;
  const stuck = finding(
    "NW1205",
    [...path, "maxSurge"],
    "and maxUnavailable are both 0: no instance could ever be replaced",
    "let one more run (maxSurge: 1), or one less be ready (maxUnavailable: 1)",
  );
  const late = finding(
    "NW1205",
    [...path, "progressDeadline"],
    "is not longer than minReady: every rollout would fail",
    "write a longer progressDeadline, or a shorter minReady",
  );
  return [
    ...(isNone(maxSurge) && isNone(maxUnavailable) ? [stuck] : []),
    ...(progressDeadline <= minReady ? [late] : []),
  ];
}
