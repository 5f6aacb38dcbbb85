/** In objects of the server IPv4 is recognised only to say clearly that it comes later. */
import { NetwrightError } from "@netwright/base";

export const ipv4Reason =
  "public IPv4 addresses will be translated at the host's uplink (SIIT-DC, RFC 7755); until then networks are IPv6 only";

/** NW1206 for an IPv4 address or prefix. */
export function ipv4Later(text: string): NetwrightError {
  return new NetwrightError("NW1206", `${text} is IPv4, which is not built yet`, { hint: ipv4Reason });
}
