/**
 * The words behind a `server`, the same in the file and over the runtime API: a server added at run time inherits
 * nothing from `default-server`, and without the pool options it opens a connection per request.
 */
import type { BackendTls, HealthCheck } from "@netwright/contract";
import type { ProxyLayout } from "./layout.ts";
import type { Member } from "./want.ts";

/** While a member's state is in question it is asked this often, in milliseconds. */
const quickest = 50;
/** At rest, at most: what nobody asks a request of is found dead within a second (README). */
const restful = 500;

const tcpCheck = { interval: 2000, rise: 1, fall: 2 };

export const serverOptions = (member: Member, health: HealthCheck | null, layout: ProxyLayout): string =>
  checkOptions(health) +
  // Connections that fail count as well: under load a member is out before the next check.
  " observe layer4 error-limit 2 on-error mark-down" +
  // Idle connections are dropped well before common servers close them (Node: 5 s).
  " pool-max-conn 256 pool-purge-delay 1s" +
  (member.tls === undefined ? "" : ` ${tlsOptions(member.tls, layout)}`);

/** Asked at the member's own port, which may be another than that of those that come in its place. */
export function checkOptions(health: HealthCheck | null): string {
  const { interval, rise, fall } = health ?? tcpCheck;
  const rest = Math.min(interval, restful);
  const fast = Math.min(interval, quickest);
  return `check inter ${rest} fastinter ${fast} downinter ${fast} rise ${rise} fall ${fall}`;
}

/** Checks go the same way. */
export const tlsOptions = ({ certificate, authority, name }: BackendTls, layout: ProxyLayout): string =>
  `ssl crt ${layout.certificate(certificate)} ca-file ${layout.authority(authority)}` +
  ` verify required verifyhost ${name} sni str(${name}) check-sni ${name} ssl-min-ver TLSv1.2`;

export const serverAddress = (member: Member): string => `[${member.address}]:${member.port}`;
