/** Hosts that were deleted: evacuated like those that are closed, then left clean by their agents, then gone. */
import { seconds, type Instant, type Milliseconds } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { LeavingHostEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import { evacuationTimeout, isLost } from "./standing.ts";

/** How long the agent of a host without instances may take to put away the rest. */
export const cleaningTimeout: Milliseconds = seconds(60);

/** What happened to a host, in words. */
export interface HostNews {
  readonly host: string;
  readonly action: "Evacuating" | "Evacuated" | "Left";
  readonly reason: string;
}

export interface LeavingInput {
  readonly objects: ObjectSet;
  readonly before: ObjectSet | undefined;
  readonly draft: Draft;
  readonly observed: Observed;
  readonly now: Instant;
  readonly tell: (news: HostNews) => void;
}

/** Takes note of hosts that were deleted, and lets go of those that are done or came back. */
export function followLeavingHosts(input: LeavingInput): void {
  const { objects, before, draft, now, tell } = input;
  for (const [name, { object }] of before?.hosts ?? []) {
    const key = ledgerKeys.leavingHost(name);
    if (objects.hosts.has(name) || draft.get("LeavingHost", key) !== undefined) continue;
    draft.put(key, { kind: "LeavingHost", host: object, since: now });
    tell({ host: name, action: "Evacuating", reason: "it is deleted; what it has is placed elsewhere first" });
  }
  for (const [key, entry] of draft.all("LeavingHost")) {
    const host = entry.host.metadata.name;
    const returned = objects.hosts.has(host);
    const reason = whyGone(input, entry);
    if (!returned && reason === undefined) continue;
    draft.delete(key);
    if (!returned && reason !== undefined) tell({ host, action: "Left", reason });
  }
}

function whyGone(input: LeavingInput, { host, emptySince }: LeavingHostEntry): string | undefined {
  const { observed, now } = input;
  const { name } = host.metadata;
  if (isLost(input, name)) return "nothing is heard of it";
  if (emptySince === undefined) return undefined;
  if (isClean(observed, name)) return "nothing of ours is on it";
  if (observed.nodes.get(name)?.ready === false) return "nothing should be on it, and nothing is heard of it";
  return now >= emptySince + cleaningTimeout ? "its agent had the time to clean up" : undefined;
}

/** Meaningful for a host that has had no instance for a round: then what it should be is to be clean. */
export const isClean = ({ nodes }: Observed, host: string): boolean => nodes.get(host)?.settled === true;

/** Takes note of the hosts that have become empty in this round. */
export function noteEmptyHosts({ draft, now, tell }: Pick<LeavingInput, "draft" | "now" | "tell">): void {
  for (const [key, entry] of draft.all("LeavingHost")) {
    const { name } = entry.host.metadata;
    if (entry.emptySince !== undefined || draft.instancesOn(name).length > 0) continue;
    draft.put(key, { ...entry, emptySince: now });
    tell({ host: name, action: "Evacuated", reason: "no instance is on it; its agent puts away the rest" });
  }
}

/** When time alone ends the wait for it. */
export const leavingUntil = ({ since, emptySince }: LeavingHostEntry): Instant =>
  (emptySince === undefined ? since + evacuationTimeout : emptySince + cleaningTimeout) as Instant;
