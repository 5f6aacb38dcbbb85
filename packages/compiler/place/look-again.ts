/** What is looked at again after a while, because reports of it are no news by themselves. */
import type { Milliseconds } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Observed } from "../observed.ts";
import { isAnnounced } from "./ready.ts";
import type { Standing } from "./standing.ts";

export const lookInterval = 1000 as Milliseconds;

interface Input {
  readonly draft: Draft;
  readonly observed: Observed;
  readonly standing: (host: string) => Standing;
}

/** True of a load balancer that is to go as soon as the edges lead to those in its place, and do not yet. */
export function awaitsRoutes({ draft, observed, standing }: Input, instance: InstanceEntry): boolean {
  const { project, service, tier, role, phase, host } = instance;
  if (role !== "LoadBalancer" || phase !== "Run" || standing(host).kind === "Stays") return false;
  const address = draft.get("Vip", ledgerKeys.vip(project, service))?.address;
  return draft
    .instancesOf(project, service)
    .some(
      (each) =>
        each.tier === tier &&
        each.phase === "Run" &&
        standing(each.host).kind === "Stays" &&
        address !== undefined &&
        isAnnounced(observed, each.host, address) !== true,
    );
}
