/** What is proved of contracts: for the server, the command line, and CI of others. */
import type { ExamplePacket } from "./plan.ts";
import type { Origin } from "./origin.ts";
import type { TraceHop } from "./trace.ts";

export const proofVerdicts = ["Proved", "Refuted", "NotProved", "Justified"] as const;
/**
 * - `Refuted`: the counterexample shows it.
 * - `NotProved`: it may hold or not, the budget was not enough to find out.
 * - `Justified`: refuted, and somebody accepted that.
 */
export type ProofVerdict = (typeof proofVerdicts)[number];

/** What a clause is about: the rows of the summary. */
export const proofSubjects = [
  "Reachability",
  "Isolation",
  "Waypoints",
  "Steps",
  "HostLoss",
  "ReturnTraffic",
  "NoLoop",
  "NoBlackHole",
  "NoDeadRule",
  "NoForgedSource",
  "AddressPlan",
  "Translation",
  "Kernel",
] as const;
export type ProofSubject = (typeof proofSubjects)[number];

export interface ClauseProof {
  /** Unique in the report: `service/shop public`, `service/shop ensures[0]`, `implied chain service/shop`. */
  readonly clause: string;
  /** `Implied`: of everything, written or not. */
  readonly kind: "Ensures" | "Invariant" | "Implied";
  readonly subject: ProofSubject;
  /** What must hold, in one sentence. */
  readonly statement: string;
  readonly verdict: ProofVerdict;
  /** The level that discharged it: classes of workloads, compiled rules, what kernels print. Null where none did. */
  readonly by: "Classes" | "Rules" | "Live" | null;
  /** Work, the same on every machine. */
  readonly steps: number;
  /** Where it is written, or what implies it. Null for what holds of everything. */
  readonly origin: Origin | null;
  /** Where refuted, or justified. */
  readonly counterexample: Counterexample | null;
  /** Of `Justified`. */
  readonly reason: string | null;
  /** It is looked at while it runs, too. Absent: it is not. */
  readonly watched?: true;
  /** Keys of `ProofReport.assumptions` that it rests on. */
  readonly assumptions: readonly string[];
}

export interface Counterexample {
  /** One sentence: what happens that must not, or what does not that must. */
  readonly message: string;
  /** At the end of the change; on the way to it; when this host is lost. */
  readonly when: "After" | "During" | { readonly lost: string };
  /** Null where no packet shows it, as with two equal addresses. */
  readonly packet: ExamplePacket | null;
  readonly path: readonly TraceHop[];
  /** Rules on the way, with their manifest lines. */
  readonly rules: readonly Origin[];
}

export interface ProofReport {
  /** By subject, then clause. */
  readonly clauses: readonly ClauseProof[];
  /** What was taken for granted, by key, each once: for example that an established connection was allowed when it opened. */
  readonly assumptions: readonly { readonly key: string; readonly text: string }[];
  readonly steps: number;
}
