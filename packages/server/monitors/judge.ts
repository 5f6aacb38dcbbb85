/** What became of connections, and what that says of a clause. Pure. */
import type { Condition } from "@netwright/api";
import type { ProbeResult } from "@netwright/contract";
import type { Attempt } from "./attempts.ts";

/** Undefined: nobody answered who could have tried it. */
export interface Tried {
  readonly attempt: Attempt;
  readonly result: ProbeResult | undefined;
}

export type Sight =
  | { readonly kind: "Holds" }
  | { readonly kind: "Violated"; readonly message: string }
  /** It could not be looked at. */
  | { readonly kind: "Unseen"; readonly message: string };

/** One violation is enough; for the rest, that anything at all was seen. */
export function sightOf(tried: readonly Tried[]): Sight {
  const seen = tried.map(seenOf);
  const violated = seen.find(({ kind }) => kind === "Violated");
  if (violated !== undefined) return violated;
  if (seen.some(({ kind }) => kind === "Holds")) return { kind: "Holds" };
  return seen[0] ?? { kind: "Unseen", message: "there is nobody to try it, or nobody to be tried" };
}

export const isViolation = (tried: Tried): boolean => seenOf(tried).kind === "Violated";

function seenOf({ attempt, result }: Tried): Sight {
  const { mustReach, node, source, target, probe, isPublic } = attempt;
  if (result === undefined) return { kind: "Unseen", message: `the agent of ${node} did not try it` };
  const { outcome, detail, by } = result;
  if (outcome === "Failed") return { kind: "Unseen", message: `${source} could not try it: ${detail}` };
  const at = probe.protocol === "icmp" ? "icmp" : `${probe.protocol}/${probe.port}`;
  const what = `at [${probe.destination}] ${at}: ${detail}`;
  if (!mustReach) {
    // Who refuses in the name of the target has its packet.
    const isDelivered = outcome === "Connected" || (outcome === "Refused" && !isPublic && by === probe.destination);
    return isDelivered ? { kind: "Violated", message: `${source} reaches ${target} ${what}` } : { kind: "Holds" };
  }
  if (outcome === "Connected") return { kind: "Holds" };
  // A program may have nothing to say to a datagram that it does not know.
  if (probe.protocol === "udp" && outcome === "Silent")
    return { kind: "Unseen", message: `${target} does not answer datagrams of ${source}, which it need not` };
  return { kind: "Violated", message: `${source} does not reach ${target} ${what}` };
}

/** The verdict of a condition over all clauses of an object that are watched. Undefined sights: not looked at yet. */
export function standingOf(
  sights: ReadonlyMap<string, Sight | undefined>,
): Pick<Condition, "status" | "reason" | "message"> {
  const all = [...sights];
  const told = (kind: Sight["kind"]): readonly string[] =>
    all.flatMap(([name, sight]) => (sight?.kind === kind && "message" in sight ? [`${name}: ${sight.message}`] : []));
  const violated = told("Violated");
  if (violated.length > 0) return { status: "False", reason: "Violated", message: violated.join("; ") };
  if (all.some(([, sight]) => sight === undefined))
    return { status: "Unknown", reason: "NotLookedAtYet", message: "the first look is under way" };
  const unseen = told("Unseen");
  if (unseen.length > 0) return { status: "Unknown", reason: "NotSeen", message: unseen.join("; ") };
  const count = all.length === 1 ? "1 clause is" : `${all.length} clauses are`;
  return { status: "True", reason: "Holds", message: `${count} watched` };
}
