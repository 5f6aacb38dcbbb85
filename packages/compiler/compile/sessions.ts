/** How a session is spoken: among nodes of ours, and with routers of others as their `session` says. */
import type { Router } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import type { BfdTimers, BgpNeighbor, ForeignSession } from "@netwright/contract";

/** 150 ms to notice a silent loss: no false alarm was seen with both cores busy. */
export const withinFabric: BfdTimers = { interval: milliseconds(50), multiplier: 3 };

export function sessionWith({ spec: { session } }: Router): Pick<BgpNeighbor, "bfd" | "foreign"> {
  if (session === undefined) return { bfd: withinFabric };
  const { enabled, interval, multiplier } = session.bfd;
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
  return { bfd: enabled ? { interval, multiplier } : null, foreign };
}
