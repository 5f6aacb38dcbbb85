/** The history of applies. */
import type { WireObject } from "../kinds/decode.ts";
import type { RolloutStatus } from "../kinds/service/status.ts";
import type { ObjectChange } from "./plan.ts";

export interface ChangeSummary {
  /** Counts up from 1. */
  readonly id: number;
  /** RFC 3339. */
  readonly at: string;
  /** Name of the token that asked for it. */
  readonly by: string;
  readonly message: string;
  /** The change that this one took back; null for others. */
  readonly undoes: number | null;
  /** Clauses of contracts that it broke, with the reasons for which that was accepted. Absent: none. */
  readonly accepted?: readonly { readonly object: string; readonly clause: string; readonly reason: string }[];
  readonly objects: readonly ObjectChange[];
}

export interface Change extends Omit<ChangeSummary, "objects"> {
  /** `before` is null for what was made, `after` for what was deleted. */
  readonly objects: readonly (ObjectChange & {
    readonly before: WireObject | null;
    readonly after: WireObject | null;
  })[];
  /** Of services whose last rollout this change began. */
  readonly rollouts: readonly { readonly object: string; readonly rollout: RolloutStatus }[];
}
