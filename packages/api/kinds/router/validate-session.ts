/** Rules across fields of `session`. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { Session } from "./session.ts";

const path = ["spec", "session"] as const;

export function sessionFindings(session: Session): readonly Finding[] {
  return [...restartFindings(session), ...timerFindings(session), ...communityFindings(session)];
}

/** A restarting BIRD does not answer BFD either: the other end cannot tell it from a dead node (RFC 5882 section 4.3). */
function restartFindings({ gracefulRestart, bfd }: Session): readonly Finding[] {
  if (!gracefulRestart || !bfd.enabled) return [];
  const hint = "write bfd: { enabled: false } to survive restarts of BIRD, or leave gracefulRestart out";
  return [finding("NW1205", [...path, "gracefulRestart"], "excludes BFD, which is enabled", hint)];
}

/** BGP counts in seconds (RFC 4271 section 4.2), and keepalives come three times in a hold time (section 4.4). */
function timerFindings({ holdTime, keepaliveTime }: Session): readonly Finding[] {
  const broken = (["holdTime", "keepaliveTime"] as const)
    .filter((field) => ({ holdTime, keepaliveTime })[field] % 1000 !== 0)
    .map((field) => finding("NW1203", [...path, field], "is not a whole number of seconds", "BGP counts in seconds"));
  if (3 * keepaliveTime <= holdTime) return broken;
  const hint = "three keepalives come in one hold time, for example 3s and 9s";
  return [...broken, finding("NW1205", [...path, "keepaliveTime"], "is more than a third of holdTime", hint)];
}

function communityFindings({ communities }: Session): readonly Finding[] {
  return communities.flatMap((community, index) => {
    const earlier = communities.indexOf(community);
    if (earlier === index) return [];
    const message = `${community} stands in entry ${earlier} too`;
    return [finding("NW1205", [...path, "communities", index], message, "write each once")];
  });
}
