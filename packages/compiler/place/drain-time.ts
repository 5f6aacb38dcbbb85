import type { Service } from "@netwright/api";
import type { Milliseconds } from "@netwright/base";

/** How long what is open at an instance of the tier may go on once it takes nothing new. */
export const drainTimeOf = (service: Service | undefined, tier: string, otherwise: Milliseconds): Milliseconds =>
  service?.spec.tiers.find(({ name }) => name === tier)?.drainTimeout ?? otherwise;
