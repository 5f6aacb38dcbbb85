/** One connection that is tried for real, and what the prover says becomes of it. */
import type { Counterexample } from "@netwright/api";
import type { Probe, ProbeOutcome } from "@netwright/contract";

export interface TestCase {
  /** Of clauses that it tests; an implied one is of everybody. */
  readonly clauses: readonly string[];
  /** Whether it is within the region that a clause speaks of, or just beyond its edge. */
  readonly side: "Inside" | "Outside";
  /** An instance, or somebody outside the site. */
  readonly from: { readonly project: string; readonly instance: string; readonly host: string } | "internet";
  /** Who is meant, for people: `shop-web-1`, `shop`. */
  readonly to: string;
  /** Whose arrivals tell whether it came; null for a public address, where any member may get it. */
  readonly target: { readonly project: string; readonly instance: string } | null;
  readonly probe: Probe;
  readonly predicted: Prediction;
}

export interface Prediction {
  readonly verdict: "Delivered" | "Dropped";
  /** What a probe sees of that. */
  readonly outcomes: readonly ProbeOutcome[];
  /** In one sentence. */
  readonly reason: string;
  readonly path: Counterexample["path"];
}

export const printSource = ({ from }: TestCase): string => (from === "internet" ? from : from.instance);

/** `shop-proxy-1 -> shop-web-1 [fd77::1:2:0:1]:8080/tcp`. */
export function printCase(test: TestCase): string {
  const { protocol, destination, port } = test.probe;
  return `${printSource(test)} -> ${test.to} [${destination}]${protocol === "icmp" ? "/icmp" : `:${port}/${protocol}`}`;
}
