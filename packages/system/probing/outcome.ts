/** What the program saw of a probe, as the contract says it. Pure. */
import type { ProbeOutcome, ProbeResult } from "@netwright/contract";
import { formatDuration, milliseconds } from "@netwright/base";
import { icmpWords } from "./icmp-words.ts";
import type { ProbeSeen } from "./probe-words.ts";

export function resultOf(seen: ProbeSeen): ProbeResult {
  const { how, by, took, sourcePort } = seen;
  const { outcome, detail } = verdictOf(seen, how.split(" "));
  return { outcome, detail, by, sourcePort, microseconds: Math.round(took * 1000) };
}

type Verdict = Pick<ProbeResult, "outcome" | "detail">;

function verdictOf({ fate, took, how }: ProbeSeen, [kind = "", ...details]: readonly string[]): Verdict {
  if (fate === "Open") return { outcome: "Connected", detail: "answered" };
  if (fate === "Dropped") return { outcome: "Silent", detail: `nothing for ${formatDuration(milliseconds(took))}` };
  if (fate === "Failed")
    return kind === "errno" ? ofErrno(Number(details[0]), details.slice(1).join(" ")) : failed(how);
  if (kind === "rst") return { outcome: "Refused", detail: "RST" };
  const [type = "", code = "", mtu = ""] = details;
  const family = kind === "icmp4" ? 4 : 6;
  const isPort = family === 6 ? type === "1" && code === "4" : type === "3" && code === "3";
  return { outcome: isPort ? "Refused" : "Unreachable", detail: icmpWords(family, type, code, mtu) };
}

const failed = (detail: string): Verdict => ({ outcome: "Failed", detail });

/** Numbers of Linux. What the sender's own namespace does to a packet is done to it on its way. */
function ofErrno(errno: number, text: string): Verdict {
  const outcome = ownErrnos[errno];
  return outcome === undefined ? failed(text) : { outcome, detail: `at the sender: ${text}` };
}

/** EPERM: a rule; ETIMEDOUT: the kernel gave up; EINVAL: a blackhole; EACCES, ENETUNREACH, EHOSTUNREACH: a route says no. */
const ownErrnos: Readonly<Record<number, ProbeOutcome>> = {
  1: "Silent",
  110: "Silent",
  22: "Unreachable",
  13: "Unreachable",
  101: "Unreachable",
  113: "Unreachable",
};
