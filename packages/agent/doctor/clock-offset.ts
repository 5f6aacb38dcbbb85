/** This machine's clock beside the server's. Pure. */
import type { ServerTime } from "@netwright/api/client/transport-time.ts";
import { formatDuration, milliseconds } from "@netwright/base";
import { good, note, problem, type Finding } from "./finding.ts";

/** Certificates of the built-in authority are valid from five minutes before they are made. */
const unusable = 5 * 60_000;
/** Above what the header's resolution and a slow network explain. */
const noticeable = 2000;

/** Positive: this machine is ahead. 0 while both could be the same. */
export function offsetOf({ server, sent, received }: ServerTime): number {
  // The server looked at its clock between the two, and its second began up to 999 ms before.
  if (received < server) return received - server;
  return sent > server + 999 ? sent - (server + 999) : 0;
}

export function clockFinding(times: ServerTime): Finding {
  const offset = offsetOf(times);
  const size = formatDuration(milliseconds(Math.abs(offset)));
  const message = `this machine is ${size} ${offset > 0 ? "ahead of" : "behind"} the server`;
  const hint = "have both follow the same time servers: timedatectl set-ntp true, or chrony";
  if (Math.abs(offset) < noticeable) return good("clock", "it agrees with the server's");
  if (Math.abs(offset) < unusable)
    return note("NW1908", "clock", message, { meaning: "times in events and logs are out of order", hint });
  return problem("NW1908", "clock", message, {
    meaning: "certificates are not valid yet, or no longer: TLS between agents, server and clients fails",
    hint,
  });
}
