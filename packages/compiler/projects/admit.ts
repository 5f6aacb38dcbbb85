/**
 * What projects allow: judged when objects change, from what is applied to what would be, and never again. So nothing
 * that exists is taken away because a limit was lowered.
 */
import type { Diagnostic } from "@netwright/base";
import type { VolumeEntry } from "../ledger-entries.ts";
import type { ObjectSet } from "../objects.ts";
import { checkAllowed } from "./allowed.ts";
import { checkClaims } from "./claims.ts";
import { checkMembership } from "./membership.ts";
import { checkQuotas } from "./quota.ts";

/** Why a change must not be made; empty when it may. @param volumes those that were there before it */
export const admit = (
  before: ObjectSet,
  after: ObjectSet,
  volumes: readonly VolumeEntry[] = [],
): readonly Diagnostic[] => [
  ...checkMembership(before, after),
  ...checkClaims(before, after),
  ...checkAllowed(before, after),
  ...checkQuotas(before, after, volumes),
];
