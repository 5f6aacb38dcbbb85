/** One connection that is tried for real, and what the prover says becomes of it. */
import type { Counterexample } from "@netwright/api";
import type { Ipv6 } from "@netwright/base";
import type { Probe, ProbeOutcome } from "@netwright/contract";

export interface TestCase {
  /** Of clauses that it tests; an implied one is of everybody. */
  readonly clauses: readonly string[];
  /** Whether it is within the region that a clause speaks of, or just beyond its edge. */
  readonly side: "Inside" | "Outside";
  /** An instance, or somebody outside the site. */
  readonly from: { readonly project: string; readonly instance: string; readonly host: string } | "internet";
  /** Who is meant, for people: `shop-web-1`, `shop`, `internet`. */
  readonly to: string;
  /** Whose arrivals tell whether it came; null outside the site, and where any member of a public address may get it. */
  readonly target: CaseTarget | null;
  readonly probe: Probe;
  readonly predicted: Prediction;
}

/** An instance, and the connection as it sees it. */
export interface CaseTarget {
  readonly project: string;
  readonly instance: string;
  /** Behind a public address another one than that of the probe, perhaps. */
  readonly port: number;
  /** Null where it is not known. */
  readonly source: Ipv6 | null;
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

/** `shop-proxy-1 -> shop-web-1 [fd77::1:2:0:1]:8080/tcp`; a port that was chosen stands behind its sender. */
export function printCase(test: TestCase): string {
  const { protocol, destination, port, sourcePort } = test.probe;
  const source = `${printSource(test)}${sourcePort === undefined ? "" : `:${sourcePort}`}`;
  return `${source} -> ${test.to} [${destination}]${protocol === "icmp" ? "/icmp" : `:${port}/${protocol}`}`;
}
