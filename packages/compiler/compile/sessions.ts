/** How a session is spoken: among nodes of ours, and with routers of others as their `session` says. */
import type { Router } from "@netwright/api";
import type { BfdTimers, BgpNeighbor, ForeignSession } from "@netwright/contract";

export function sessionWith({ spec }: Router): Pick<BgpNeighbor, "bfd" | "foreign"> {
  const { session } = spec;
  if (session === undefined) return { bfd: timersOf(spec.bfd) };
  const foreign: ForeignSession = {
    passwordFile: session.passwordFile ?? null,
    multihop: session.multihop ?? null,
    ttlSecurity: session.ttlSecurity,
    communities: session.communities,
    maxPrefixes: session.maxPrefixes ?? null,
    gracefulRestart: session.gracefulRestart,
    holdTime: session.holdTime,
    keepaliveTime: session.keepaliveTime,
  };
  return { bfd: timersOf(session.bfd), foreign };
}

/** Null: none is spoken. */
export const timersOf = (bfd: Router["spec"]["bfd"]): BfdTimers | null =>
  bfd?.enabled === true ? { interval: bfd.interval, multiplier: bfd.multiplier } : null;
