/** Proofs that follow what they are about: of what a question has in common with the last one nothing is proved again. */
import type { ContractOf, ProofReport, Service } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { contractFindings, createProver, type ProofInput, type Prover } from "@netwright/prove";
import type { Judgement, ProofQuestion } from "./prover.ts";

type States = ReadonlyMap<string, HostState>;

/** What a proof is of. */
interface Kept {
  readonly prover: Prover;
  readonly states: States;
}

interface Wanted {
  readonly states: States;
  readonly services: readonly Service[];
  readonly contracts: readonly ContractOf[];
}

export class KeptProofs {
  /** At rest: of no change. */
  #last: Kept | undefined;

  report(question: ProofQuestion): ProofReport {
    const { before, services, contracts } = question;
    const wanted = { states: byNode(question.states), services, contracts };
    if (before === undefined) return this.#rest(wanted).prover.report;
    const base = this.#rest({ ...wanted, states: byNode(before) });
    return follow(base, wanted).prover.report;
  }

  judge(question: ProofQuestion): Judgement {
    const { clauses } = this.report(question);
    const proved = new Map<string, number>();
    for (const { verdict, origin } of clauses) {
      if (verdict !== "Proved") continue;
      const object = origin?.object ?? "";
      proved.set(object, (proved.get(object) ?? 0) + 1);
    }
    const open = clauses.filter(({ verdict }) => verdict !== "Proved");
    return { proved, open, findings: contractFindings(inputOf(question)) };
  }

  /** What a change leads to is where the next one mostly starts; getting there is no change that is asked about. */
  #rest({ states, services, contracts }: Wanted): Kept {
    const last = this.#last;
    const prover =
      last === undefined
        ? createProver({ states: states.values(), services, contracts })
        : follow(last, { states, services, contracts }).prover.after({});
    this.#last = { prover, states };
    return this.#last;
  }
}

const byNode = (states: Iterable<HostState>): States => new Map(Array.from(states, (state) => [state.node, state]));

function follow({ prover, states: former }: Kept, { states, services, contracts }: Wanted): Kept {
  const changed = new Map<string, HostState | undefined>();
  for (const [node, state] of states) if (former.get(node) !== state) changed.set(node, state);
  for (const node of former.keys()) if (!states.has(node)) changed.set(node, undefined);
  return { prover: prover.after({ states: changed, services, contracts }), states };
}

const inputOf = ({ before, ...rest }: ProofQuestion): ProofInput => (before === undefined ? rest : { ...rest, before });
