/** What is wrong with a session, in words for people. Pure. */
import type { BgpNeighbor } from "@netwright/contract";
import type { Md5Drops } from "./md5-counters.ts";
import type { BirdProtocol } from "./parse-protocols.ts";

/** Undefined when nothing is. @param neighbor as it is wanted; undefined where that is not known */
export function sessionProblem(
  protocol: Pick<BirdProtocol, "bgpState" | "lastError" | "imported" | "state">,
  neighbor: BgpNeighbor | undefined,
  drops: Md5Drops,
): string | undefined {
  if (neighbor?.foreign === undefined) return undefined;
  if (protocol.bgpState === "Established") {
    const lost = neighbor.role === "Edge" && protocol.imported === 0;
    return lost ? "it sends no default route, so replies do not leave by it" : undefined;
  }
  const { passwordFile, maxPrefixes } = neighbor.foreign;
  if (protocol.state === "down" && passwordFile !== null) return `${passwordFile} on this host holds no password`;
  if (protocol.lastError?.includes("Route limit exceeded") === true)
    return `it sent more than ${maxPrefixes} prefixes (maxPrefixes)`;
  const why = passwordFile === null ? unprotected(drops) : mismatch(drops);
  const last = protocol.lastError === null ? "" : `; last error: ${protocol.lastError}`;
  return `${why ?? "it does not answer"}${last}`;
}

function mismatch({ wrong, unsigned }: Md5Drops): string | undefined {
  if (wrong) return "wrong password: packets came to this host that are signed with another one (TCP MD5)";
  return unsigned ? "packets came to this host without a TCP MD5 signature: the password is missing there" : undefined;
}

const unprotected = ({ unexpected }: Md5Drops): string | undefined =>
  unexpected ? "packets came to this host with a TCP MD5 signature: it wants a password" : undefined;
