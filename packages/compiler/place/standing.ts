/** Whether instances may stay on a host. */
import { seconds, type Instant, type Milliseconds } from "@netwright/base";
import type { Draft } from "../draft.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";

/**
 * What a host that is silent for this long had is replaced. Three times what takes its instances out of the load
 * balancers: an agent that is upgraded and a server that is restarted are back by then, and a machine that boots is not.
 */
export const lostAfter: Milliseconds = seconds(30);

/** A deleted host is given up after this, even where what should replace its instances does not become ready. */
export const evacuationTimeout: Milliseconds = seconds(300);

/**
 * `Lost`: nothing is heard of the host, so nothing on it can be drained. `Closed`: it takes nothing new, and what it
 * has goes when it can. `Leaving`: so, and it will not wait for ever.
 */
export type Standing =
  | { readonly kind: "Stays" }
  | { readonly kind: "Lost" | "Closed" | "Leaving"; readonly reason: string };

export interface StandingInput {
  readonly objects: Pick<ObjectSet, "hosts">;
  readonly observed: Observed;
  readonly now: Instant;
}

const stays: Standing = { kind: "Stays" };

export function standingOf(input: StandingInput, host: string): Standing {
  if (isLost(input, host)) {
    return { kind: "Lost", reason: `host ${host} has been silent for ${lostAfter / 1000} s` };
  }
  const object = input.objects.hosts.get(host)?.object;
  if (object !== undefined)
    return object.spec.schedulable ? stays : { kind: "Closed", reason: `host ${host} is not schedulable` };
  return { kind: "Leaving", reason: `host ${host} is deleted` };
}

export function isLost({ observed, now }: Pick<StandingInput, "observed" | "now">, host: string): boolean {
  const at = lostAt(observed, host);
  return at !== undefined && now >= at;
}

/** When a host that is silent counts as lost; undefined while it is not silent. */
export function lostAt({ nodes }: Observed, host: string): Instant | undefined {
  const node = nodes.get(host);
  return node === undefined || node.ready || node.heardAt === undefined
    ? undefined
    : ((node.heardAt + lostAfter) as Instant);
}

/** When a deleted host stops to wait for what replaces its instances. */
export function evacuationEnd(draft: Draft, host: string): Instant {
  const since = draft.get("LeavingHost", ledgerKeys.leavingHost(host))?.since ?? 0;
  return (since + evacuationTimeout) as Instant;
}
