/**
 * The words behind a `server`, the same in the file and over the runtime API: a server added at run time inherits
 * nothing from `default-server`, and without the pool options it opens a connection per request.
 */
import type { HealthCheck } from "@netwright/contract";
import type { Member } from "./want.ts";

/** A member that just came up is noticed this soon, in milliseconds, whatever the interval. */
const quickest = 200;

const tcpCheck = { interval: 2000, rise: 1, fall: 2 };

export function serverOptions(member: Member, health: HealthCheck | null): string {
  const { interval, rise, fall } = health ?? tcpCheck;
  const fast = Math.min(interval, quickest);
  const checkPort = health !== null && health.port !== member.port ? ` port ${health.port}` : "";
  return (
    `check${checkPort} inter ${interval} fastinter ${fast} downinter ${fast} rise ${rise} fall ${fall}` +
    // Idle connections are dropped well before common servers close them (Node: 5 s).
    " pool-max-conn 256 pool-purge-delay 1s"
  );
}

export const serverAddress = (member: Member): string => `[${member.address}]:${member.port}`;
