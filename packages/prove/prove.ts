/** Proofs of everything: of clauses that are written, and of what holds always. */
import type { ContractOf, ProofReport, Service } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { siteOf } from "./classes/site.ts";
import { Context, Stage } from "./clauses/context.ts";
import { findingsOf } from "./clauses/findings.ts";
import { defaultBudget } from "./clauses/meter.ts";
import { KeptProofs } from "./kept-proofs.ts";
import { reportOf } from "./report.ts";

export interface ProofInput {
  readonly states: Iterable<HostState>;
  /** What a change starts from. Absent: there is no change. */
  readonly before?: Iterable<HostState>;
  readonly services: readonly Service[];
  readonly contracts: readonly ContractOf[];
  /** Steps for one clause. */
  readonly budget?: number;
}

/** What is new since the last time; what is left out is as before. */
export interface ProofChange {
  /** By node; undefined where it is gone. */
  readonly states?: ReadonlyMap<string, HostState | undefined>;
  /** All of them. Those that are the same values as before count as unchanged. */
  readonly services?: readonly Service[];
  /** All of them, likewise. */
  readonly contracts?: readonly ContractOf[];
}

/** Kept between changes: only what a change touches is proved again. A change makes another one, so that it can be tried. */
export interface Prover {
  readonly report: ProofReport;
  after(change: ProofChange): Prover;
}

export const proveContracts = (input: ProofInput): ProofReport => createProver(input).report;

/** Clauses that select nothing, can never hold, or contradict each other: errors, whatever the proofs say. */
export function contractFindings({ states, services, contracts }: ProofInput): readonly Diagnostic[] {
  return findingsOf(new Context(new Stage(siteOf(states), services), Infinity), contracts);
}

export function createProver({ states, before, services, contracts, budget = defaultBudget }: ProofInput): Prover {
  const former = before === undefined ? undefined : siteOf(before);
  const stage = new Stage(siteOf(states, former), services, former);
  return new SiteProver(stage, new KeptProofs(stage, contracts, budget), contracts);
}

class SiteProver implements Prover {
  readonly #stage: Stage;
  readonly #proofs: KeptProofs;
  readonly #contracts: readonly ContractOf[];
  #report: ProofReport | undefined;

  constructor(stage: Stage, proofs: KeptProofs, contracts: readonly ContractOf[]) {
    this.#stage = stage;
    this.#proofs = proofs;
    this.#contracts = contracts;
  }

  get report(): ProofReport {
    this.#report ??= reportOf(this.#proofs.inOrder());
    return this.#report;
  }

  after({ states = new Map(), services = this.#stage.services, contracts = this.#contracts }: ProofChange): Prover {
    const { after, services: former } = this.#stage;
    const nodes = new Map(after.nodes);
    for (const [name, state] of states) {
      if (state === undefined) nodes.delete(name);
      else nodes.set(name, state);
    }
    const stage = new Stage(siteOf(nodes.values(), after), services, after, former);
    return new SiteProver(stage, this.#proofs.after(stage, contracts), contracts);
  }
}
