/** The part of a HostState that BIRD is about. Pure. */
import type { HostState } from "@netwright/contract";
import { passwordFilesOf, type PasswordFile } from "./passwords.ts";
import { renderConfig, type BirdConfig } from "./render-config.ts";
import { servicesOf, type Services } from "./services.ts";

export interface BirdWant {
  /** Null when the node has no neighbour: then no BIRD of ours runs. */
  readonly config: BirdConfig | null;
  /** Same, with hands off the kernel: what a BIRD is started with after its predecessor was killed. */
  readonly resume: BirdConfig | null;
  readonly services: Services;
  /** Files on the node that hold passwords of sessions. By neighbour. */
  readonly passwordFiles: readonly PasswordFile[];
  /** After a crash neighbours keep the routes for a while (RFC 4724): BIRD must say that it comes back. */
  readonly gracefulRestart: boolean;
}

export function wantBird({ role, bgp }: HostState): BirdWant {
  const idle = bgp.neighbors.length === 0;
  return {
    config: idle ? null : renderConfig(role, bgp, { kernel: true }),
    resume: idle ? null : renderConfig(role, bgp, { kernel: false }),
    services: servicesOf(bgp),
    passwordFiles: passwordFilesOf(bgp),
    gracefulRestart: bgp.neighbors.some(({ foreign }) => foreign?.gracefulRestart === true),
  };
}
