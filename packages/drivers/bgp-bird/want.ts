/** The part of a HostState that BIRD is about. Pure. */
import type { HostState } from "@netwright/contract";
import { renderConfig, type BirdConfig } from "./render-config.ts";
import { servicesOf, type Services } from "./services.ts";

export interface BirdWant {
  /** Null when the node has no neighbour: then no BIRD of ours runs. */
  readonly config: BirdConfig | null;
  /** Same, with hands off the kernel: what a BIRD is started with after its predecessor was killed. */
  readonly resume: BirdConfig | null;
  readonly services: Services;
}

export function wantBird({ role, bgp }: HostState): BirdWant {
  const idle = bgp.neighbors.length === 0;
  return {
    config: idle ? null : renderConfig(role, bgp, { kernel: true }),
    resume: idle ? null : renderConfig(role, bgp, { kernel: false }),
    services: servicesOf(bgp),
  };
}
