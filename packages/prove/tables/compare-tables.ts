/** Translation validation: what was rendered for a node, or what its kernel prints, against what its state means. */
import type { ClauseProof, Counterexample, ExamplePacket, Origin } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { assumptionTexts } from "../clauses/judgement.ts";
import { checkNamespace, meaningOf, type NamespaceMeaning } from "./check-namespace.ts";
import { defaultSteps, type Comparison, type Difference } from "./compare.ts";
import { addressText, protocolText } from "./format.ts";
import { parseNft } from "./nft-text.ts";
import { originsOf } from "./origins.ts";
import type { Decision } from "./packet.ts";

/** Tables of one namespace, as nft(8) reads or prints them. Null is the node's own. */
export interface NamespaceTables {
  readonly netns: string | null;
  readonly text: string;
}

export interface CompareOptions {
  /** `Translation`: what was rendered. `Kernel`: what the kernel prints. */
  readonly subject?: "Translation" | "Kernel";
  /** Steps for each namespace. */
  readonly budget?: number;
}

/**
 * One proof for each namespace of the state: over all packets, the tables there treat each as the state means. A namespace
 * without text counts as one without rules. @throws NW1601 for what is no text of nft
 */
export function compareTables(
  node: readonly NamespaceTables[],
  state: HostState,
  { subject = "Translation", budget = defaultSteps }: CompareOptions = {},
): readonly ClauseProof[] {
  const texts = new Map(node.map(({ netns, text }) => [netns, text]));
  return meaningOf(state).map((meaning) => {
    const tables = parseNft(texts.get(meaning.netns) ?? "");
    // Load balancers are no part of what is rendered where eBPF has their place.
    const families = [...meaning.programs.keys()].filter(
      (family) => subject === "Kernel" || family === "inet" || tables.some((table) => table.family === family),
    );
    return proofOf(state, meaning, checkNamespace(meaning, tables, families, budget), subject);
  });
}

function proofOf(
  state: HostState,
  { netns }: NamespaceMeaning,
  comparison: Comparison,
  subject: "Translation" | "Kernel",
): ClauseProof {
  const place = netns === null ? state.node : `${state.node} ${netns}`;
  const verdict = { Same: "Proved", Different: "Refuted", Unknown: "NotProved" } as const;
  const [first] = comparison.differences;
  const isRefuted = comparison.verdict === "Different" && first !== undefined;
  return {
    clause: `implied ${subject === "Kernel" ? "kernel" : "tables"} ${place}`,
    kind: "Implied",
    subject,
    statement: `the rules of ${place} treat every packet as its state means${hintOf(comparison)}`,
    verdict: verdict[comparison.verdict],
    by: subject === "Kernel" ? "Live" : "Rules",
    steps: comparison.steps,
    origin: null,
    counterexample: isRefuted ? counterexampleOf(place, first, originsOf(state, netns, exampleOf(first.packet))) : null,
    reason: null,
    assumptions: ["established", "answered"],
  };
}

const hintOf = ({ verdict, unclear }: Comparison): string =>
  verdict === "Unknown" ? ` (not understood: ${unclear.join("; ")})` : "";

/** What every proof about tables takes for granted. */
export const tableAssumptions = [
  { key: "established", text: assumptionTexts.established },
  { key: "answered", text: "Sets of answers hold what the network's resolver answered." },
] as const;

function counterexampleOf(
  place: string,
  { hook, packet, text, wanted, found }: Difference,
  rules: readonly Origin[],
): Counterexample {
  const hop = (step: string, decision: Decision) => ({ place, step, detail: whoDecides(decision), findings: [] });
  return {
    message: `${text}: ${wanted.what} is meant, the rules at ${hook} say ${found.what}`,
    when: "After",
    packet: exampleOf(packet),
    path: [hop(`meant: ${wanted.what}`, wanted), hop(`found: ${found.what}`, found)],
    rules,
  };
}

/** The rule or element, as a person would look for it. */
export function whoDecides({ rule, element }: Decision): string {
  if (rule === null) return "no rule matches";
  return element === null ? rule.name : `${rule.name}: ${element}`;
}

/** Null where it is neither TCP nor UDP over IPv6. */
export function exampleOf(packet: Difference["packet"]): ExamplePacket | null {
  const value = (field: string): number => packet.get(field) ?? 0;
  const protocol = protocolText(value("protocol"));
  if (value("family") !== 10 || (protocol !== "tcp" && protocol !== "udp")) return null;
  return {
    source: addressText("source", value),
    sourcePort: value("sourcePort"),
    destination: addressText("destination", value),
    destinationPort: value("destinationPort"),
    protocol,
  };
}
