/** Differences as clauses of a report. */
import type { ClauseProof, Counterexample } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { originsOf } from "../tables/origins.ts";
import type { KernelDifference } from "./difference.ts";

/** Listed for one namespace at most. */
const mostListed = 32;

export function kernelProofs(
  state: HostState,
  namespaces: readonly (string | null)[],
  differences: readonly KernelDifference[],
  steps: number,
): readonly ClauseProof[] {
  const places = [...new Set(namespaces)];
  return places.map((netns, index) => {
    const own = differences.filter((each) => each.netns === netns);
    // What no packet notices refutes nothing.
    const refuting = own.filter(({ isSure, kind, packet }) => isSure && (kind !== "Rules" || packet !== null));
    const open = own.filter(({ isSure }) => !isSure);
    const place = placeOf(state, netns);
    const verdict = refuting.length > 0 ? "Refuted" : open.length > 0 ? "NotProved" : "Proved";
    return {
      clause: `implied kernel ${place}`,
      kind: "Implied",
      subject: "Kernel",
      statement: `the kernel has in ${place} what its state wants, and treats every packet so${hintOf(verdict, open)}`,
      verdict,
      by: "Live",
      // All namespaces of a node are one piece of work.
      steps: index === 0 ? steps : 0,
      origin: null,
      counterexample: refuting.length === 0 ? null : counterexampleOf(state, place, refuting),
      reason: null,
      assumptions: ["opened", "answered"],
    };
  });
}

const hintOf = (verdict: ClauseProof["verdict"], open: readonly KernelDifference[]): string =>
  verdict === "NotProved" ? ` (not known: ${open.map(({ entry }) => entry).join("; ")})` : "";

const placeOf = ({ node }: HostState, netns: string | null): string => (netns === null ? node : `${node} ${netns}`);

function counterexampleOf(state: HostState, place: string, differences: readonly KernelDifference[]): Counterexample {
  const [first] = differences;
  const shown = differences.find(({ example }) => example !== null);
  return {
    message: first === undefined ? "" : differenceText(first),
    when: "After",
    packet: shown?.example ?? null,
    path: differences.slice(0, mostListed).map((each) => ({
      place,
      step: `${each.kind}: ${each.entry}`,
      detail: `wanted: ${each.wanted ?? "nothing"}; found: ${each.found ?? "nothing"}`,
      findings: each.packet === null ? [] : [each.packet],
    })),
    rules: shown === undefined ? [] : originsOf(state, shown.netns, shown.example),
  };
}

/** One difference in one sentence. */
export const differenceText = ({ kind, entry, wanted, found, packet }: KernelDifference): string =>
  [
    `${kind.toLowerCase()} ${entry}: ${wanted ?? "nothing"} is wanted, ${found ?? "nothing"} is there`,
    ...(packet === null ? [] : [`it shows in ${packet}`]),
  ].join("; ");
