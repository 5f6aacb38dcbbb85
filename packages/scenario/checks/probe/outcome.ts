/** What became of a probe, in the words of the manifest. Pure. */
import type { Fate } from "@netwright/api";
import type { Topology } from "@netwright/lab";
import { addressesOf, printHolder } from "../nodes.ts";
import { icmpWords } from "@netwright/system/probing/icmp-words.ts";
import type { ProbeSeen } from "@netwright/system/probing/probe-words.ts";

export interface Outcome {
  /** Undefined: it cannot be told, because the probe could not be sent. */
  readonly fate: Fate | undefined;
  /** One line that begins with the fate. */
  readonly seen: string;
}

/** @param from the node that asked */
export function outcomeOf(topology: Topology, from: string, result: ProbeSeen): Outcome {
  const [kind = "", ...details] = result.how.split(" ");
  if (result.fate === "Open") return { fate: "Open", seen: `Open after ${printTime(result.took)}` };
  if (result.fate === "Dropped") return dropped(`nothing for ${printTime(result.took)}`);
  if (kind === "name") return { fate: undefined, seen: `not resolved at ${from}: ${details.join(" ")}` };
  if (result.fate === "Failed") return ofErrno(from, Number(details[0]), details.slice(1).join(" "));
  if (kind === "rst") return refused(printHolder(topology, result.by), "RST");
  const [type, code, mtu = ""] = details;
  const said = icmpWords(kind === "icmp4" ? 4 : 6, `${type}`, `${code}`, mtu);
  return isOwn(topology, from, result.by) && said === "address unreachable"
    ? // The node asked its link who has the address, and nobody said a word.
      dropped(`nobody on the link answers for ${result.address}`)
    : refused(printHolder(topology, result.by), said);
}

const dropped = (why: string): Outcome => ({ fate: "Dropped", seen: `Dropped: ${why}` });
const refused = (by: string, why: string): Outcome => ({ fate: "Refused", seen: `Refused by ${by}: ${why}` });

const isOwn = ({ nodes }: Topology, from: string, address: string): boolean =>
  nodes.some((node) => node.name === from && addressesOf(node).includes(address));

/** Numbers of Linux, as the program prints them. */
function ofErrno(from: string, errno: number, text: string): Outcome {
  switch (errno) {
    case 1: // EPERM
      return dropped(`by a rule of ${from} itself`);
    case 22: // EINVAL: what a route of type blackhole gives
      return dropped(`by ${from} itself (blackhole)`);
    case 110: // ETIMEDOUT
      return dropped("nothing for as long as the kernel tries");
    case 90: // EMSGSIZE
      return refused(`${from} itself`, "larger than the device's MTU");
    case 13: // EACCES: prohibit
    case 101: // ENETUNREACH
    case 113: // EHOSTUNREACH
      return refused(`${from} itself`, `no route (${text})`);
    default:
      return { fate: undefined, seen: `cannot be sent from ${from}: ${text}` };
  }
}

export const printTime = (took: number): string =>
  took >= 1000
    ? `${Number((took / 1000).toFixed(1))} s`
    : took >= 10
      ? `${Math.round(took)} ms`
      : `${took.toFixed(1)} ms`;
