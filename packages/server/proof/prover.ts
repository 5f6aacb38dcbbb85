/** Proves contracts for the server; somewhere else than in the thread that answers requests. */
import type { ClauseProof, ContractOf, ProofReport, Service } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import type { HostState } from "@netwright/contract";

export interface ProofQuestion {
  readonly states: Iterable<HostState>;
  /** What a change starts from; undefined where nothing changes. */
  readonly before?: Iterable<HostState> | undefined;
  readonly services: readonly Service[];
  readonly contracts: readonly ContractOf[];
}

/** As much of a report as a decision needs. */
export interface Judgement {
  /** How many clauses are proved, by the object that they are of; those of everything are under the empty name. */
  readonly proved: ReadonlyMap<string, number>;
  /** All other clauses. */
  readonly open: readonly ClauseProof[];
  /** What is wrong with the contracts themselves. */
  readonly findings: readonly Diagnostic[];
}

export interface Prover {
  report(question: ProofQuestion): Promise<ProofReport>;
  judge(question: ProofQuestion): Promise<Judgement>;
  /** What is under way fails. */
  stop(): Promise<void>;
}
