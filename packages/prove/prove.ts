/** Proofs of everything: of clauses that are written, and of what holds always. */
import type { ClauseProof, ContractOf, ProofReport, Service } from "@netwright/api";
import { proofSubjects } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { siteOf } from "./classes/site.ts";
import { byText } from "./classes/sorted-find.ts";
import { Context, Stage, touches } from "./clauses/context.ts";
import { findingsOf } from "./clauses/findings.ts";
import { assumptionTexts, type AssumptionKey } from "./clauses/judgement.ts";
import { defaultBudget } from "./clauses/meter.ts";
import { clauseId, proveClause } from "./clauses/prove-clause.ts";
import { impliedTasks, type Task } from "./implied/tasks.ts";
import type { Reads } from "./clauses/view.ts";

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
  /** Clauses that are wrong in themselves. */
  findings(): readonly Diagnostic[];
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
  return proverOf(stage, contracts, budget, new Map());
}

interface Kept {
  /** What it is a proof of: the same value. */
  readonly of: unknown;
  readonly proof: ClauseProof;
  readonly reads: Reads;
  readonly isTransitional: boolean;
}

function proverOf(
  stage: Stage,
  contracts: readonly ContractOf[],
  budget: number,
  former: ReadonlyMap<string, Kept>,
): Prover {
  const kept = new Map<string, Kept>();
  for (const { key, of, prove } of tasksOf(stage, contracts)) {
    const known = former.get(key);
    const stands =
      known !== undefined &&
      known.of === of &&
      !known.isTransitional &&
      stage.difference !== undefined &&
      !touches(stage.difference, known.reads);
    kept.set(key, stands ? known : proved(stage, budget, of, prove));
  }
  return {
    report: reportOf([...kept.values()].map(({ proof }) => proof)),
    findings: () => findingsOf(new Context(stage, Infinity), contracts),
    after: (change) => {
      const services = change.services ?? stage.services;
      const nodes = new Map(stage.after.nodes);
      for (const [name, state] of change.states ?? []) {
        if (state === undefined) nodes.delete(name);
        else nodes.set(name, state);
      }
      const next = new Stage(siteOf(nodes.values(), stage.after), services, stage.after, stage.services);
      return proverOf(next, change.contracts ?? contracts, budget, kept);
    },
  };
}

function proved(stage: Stage, budget: number, of: unknown, prove: Task["prove"]): Kept {
  const context = new Context(stage, budget);
  const proof = prove(context);
  return { of, proof, reads: context.reads, isTransitional: context.isTransitional };
}

function* tasksOf(stage: Stage, contracts: readonly ContractOf[]): Generator<Task> {
  for (const contract of contracts)
    for (const clause of contract.clauses)
      yield {
        key: clauseId(contract, clause),
        of: contract,
        prove: (context) => proveClause(context, contract, clause),
      };
  yield* impliedTasks(stage);
}

function reportOf(proofs: readonly ClauseProof[]): ProofReport {
  const order = new Map(proofSubjects.map((subject, index) => [subject, index]));
  const clauses = proofs.toSorted(
    (a, b) => (order.get(a.subject) ?? 0) - (order.get(b.subject) ?? 0) || byText(a.clause, b.clause),
  );
  const keys = [...new Set(clauses.flatMap(({ assumptions }) => assumptions))].toSorted();
  const assumptions = keys.map((key) => ({ key, text: assumptionTexts[key as AssumptionKey] }));
  return { clauses, assumptions, steps: clauses.reduce((sum, { steps }) => sum + steps, 0) };
}
