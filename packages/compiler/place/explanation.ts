/** Decisions about instances, in words, and the two that end one. */
import type { Instant } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";

export interface Explanation {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  /** Instance id; of an instance that could not be placed, and of a whole tier, `SERVICE-TIER`. */
  readonly instance: string;
  readonly action: "Place" | "Drain" | "Remove" | "Wait" | "Switch";
  readonly host: string | null;
  readonly reason: string;
  /** Somebody lost something by it. */
  readonly isLoss?: true;
}

export interface Ending {
  readonly draft: Draft;
  readonly now: Instant;
  readonly explain: (explanation: Explanation) => void;
}

/** It takes nothing new from now on. */
export function drain({ draft, now, explain }: Ending, instance: InstanceEntry, reason: string): void {
  const { project, service, tier, id, host } = instance;
  draft.put(ledgerKeys.instance(project, id), { ...instance, phase: "Drain", drainSince: now });
  explain({ project, service, tier, instance: id, action: "Drain", host, reason });
}

export function remove({ draft, explain }: Ending, instance: InstanceEntry, reason: string, isLoss = false): void {
  const { project, service, tier, id, host } = instance;
  draft.delete(ledgerKeys.instance(project, id));
  explain({
    project,
    service,
    tier,
    instance: id,
    action: "Remove",
    host,
    reason,
    ...(isLoss ? { isLoss: true as const } : {}),
  });
}
