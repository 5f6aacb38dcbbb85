/** Who can talk and be talked to: tiers of services, and everything outside. */
import { defaultProject } from "@netwright/api";

export interface TierEnd {
  readonly kind: "Tier";
  /** `PROJECT/NETWORK/SERVICE/TIER`. */
  readonly key: string;
  readonly project: string;
  readonly network: string;
  readonly service: string;
  readonly tier: string;
}

export interface InternetEnd {
  readonly kind: "Internet";
  readonly key: "internet";
}

export type End = TierEnd | InternetEnd;

export const internetEnd: InternetEnd = { kind: "Internet", key: "internet" };

export type TierNames = Pick<TierEnd, "project" | "network" | "service" | "tier">;

export const tierEnd = ({ project, network, service, tier }: TierNames): TierEnd => ({
  kind: "Tier",
  key: `${project}/${network}/${service}/${tier}`,
  project,
  network,
  service,
  tier,
});

export const networkKey = ({ project, network }: Pick<TierEnd, "project" | "network">): string =>
  `${project}/${network}`;
export const serviceKey = ({ project, service }: Pick<TierEnd, "project" | "service">): string =>
  `${project}/${service}`;

/** `internet`, `shop/web`, `blue/shop/web`. */
export function printEnd(end: End): string {
  if (end.kind === "Internet") return "internet";
  const name = `${end.service}/${end.tier}`;
  return end.project === defaultProject ? name : `${end.project}/${name}`;
}
