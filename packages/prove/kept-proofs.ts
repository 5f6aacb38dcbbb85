/** Proofs that are kept from one state of the site to the next, and which of them a change touches. */
import { proofSubjects, type ClauseProof, type ContractOf, type ProofSubject } from "@netwright/api";
import type { Difference } from "./classes/change.ts";
import { byText } from "./classes/sorted-find.ts";
import { Context, touches, type Stage } from "./clauses/context.ts";
import { clauseId, proveClause } from "./clauses/prove-clause.ts";
import type { Reads } from "./clauses/view.ts";
import { impliedTasks, type Task } from "./implied/tasks.ts";

interface Kept {
  readonly task: Task;
  readonly proof: ClauseProof;
  readonly reads: Reads;
  /** What was before a change was looked at: over with the change. */
  readonly isTransitional: boolean;
}

type Owners = ReadonlyMap<unknown, readonly Task[]>;

/** What is known when all is proved. */
interface Known {
  readonly owners: Owners;
  readonly kept: ReadonlyMap<string, Kept>;
  /** Names of proofs, by what they read: all that ever did, so that it serves later ones too. */
  readonly readers: Map<string, Set<string>>;
  readonly order: readonly Kept[];
}

const nothing = (): Known => ({ owners: new Map(), kept: new Map(), readers: new Map(), order: [] });

export class KeptProofs {
  readonly #budget: number;
  readonly #known: Known;

  constructor(stage: Stage, contracts: readonly ContractOf[], budget: number, former: Known = nothing()) {
    this.#budget = budget;
    const { readers } = former;
    const owners = ownersOf(stage, contracts, former.owners);
    const kept = new Map(former.kept);
    for (const [owner, tasks] of former.owners)
      if (owners.get(owner) !== tasks) for (const { key } of tasks) kept.delete(key);
    const again = new Map<string, Task>();
    for (const name of staleOf(former, stage.difference)) {
      const task = kept.get(name)?.task;
      if (task !== undefined) again.set(name, task);
    }
    for (const [owner, tasks] of owners)
      if (former.owners.get(owner) !== tasks) for (const task of tasks) again.set(task.key, task);
    for (const [key, task] of again) kept.set(key, this.#prove(stage, task, readers));
    this.#known = { owners, kept, readers, order: orderOf(kept, former.order) };
  }

  after(stage: Stage, contracts: readonly ContractOf[]): KeptProofs {
    return new KeptProofs(stage, contracts, this.#budget, this.#known);
  }

  /** By subject, then name. */
  inOrder(): readonly ClauseProof[] {
    return this.#known.order.map(({ proof }) => proof);
  }

  #prove(stage: Stage, task: Task, allReaders: Known["readers"]): Kept {
    const context = new Context(stage, this.#budget);
    const proof = task.prove(context);
    const { reads, isTransitional } = context;
    for (const key of keysOf(reads, isTransitional)) {
      const readers = allReaders.get(key) ?? new Set<string>();
      allReaders.set(key, readers.add(task.key));
    }
    return { task, proof, reads, isTransitional };
  }
}

/** Those that a change may decide otherwise. */
function staleOf({ kept, readers }: Known, difference: Difference | undefined): readonly string[] {
  if (difference === undefined || difference.everything) return [...kept.keys()];
  const names = new Set(changedKeys(difference).flatMap((key) => [...(readers.get(key) ?? [])]));
  return [...names].filter((name) => {
    const known = kept.get(name);
    return known !== undefined && (known.isTransitional || touches(difference, known.reads));
  });
}

const keysOf = (
  { networks, addresses, services, egress, hosts, all }: Reads,
  isTransitional: boolean,
): readonly string[] => [
  ...[...networks].map((key) => `network ${key}`),
  ...[...addresses].map((key) => `address ${key}`),
  ...[...services].map((key) => `service ${key}`),
  ...(egress ? ["egress"] : []),
  ...(hosts ? ["hosts"] : []),
  ...(all ? ["all"] : []),
  ...(isTransitional ? ["transitional"] : []),
];

const changedKeys = ({ networks, addresses, services }: Difference): readonly string[] => [
  ...[...networks].map((key) => `network ${key}`),
  ...[...addresses].map((key) => `address ${key}`),
  ...[...services].map((key) => `service ${key}`),
  "egress",
  "hosts",
  "all",
  "transitional",
];

/** What an object asks to be proved is made once for it. */
function ownersOf(stage: Stage, contracts: readonly ContractOf[], former: Owners | undefined): Owners {
  const owners = new Map<unknown, readonly Task[]>();
  for (const contract of contracts) owners.set(contract, former?.get(contract) ?? clauseTasks(contract));
  for (const { owner, tasks } of impliedTasks(stage)) owners.set(owner, former?.get(owner) ?? tasks());
  return owners;
}

const clauseTasks = (contract: ContractOf): readonly Task[] =>
  contract.clauses.map((clause) => ({
    key: clauseId(contract, clause),
    prove: (context) => proveClause(context, contract, clause),
  }));

const ranks = new Map<ProofSubject, number>(proofSubjects.map((subject, index) => [subject, index]));
const rankOf = ({ proof }: Kept): number => ranks.get(proof.subject) ?? 0;

/** What was in order is nearly so: sorting that costs little. */
function orderOf(kept: ReadonlyMap<string, Kept>, former: readonly Kept[]): readonly Kept[] {
  const old: Kept[] = [];
  for (const { task } of former) {
    const known = kept.get(task.key);
    if (known !== undefined) old.push(known);
  }
  if (old.length === kept.size) return old;
  const known = new Set(old);
  const fresh = [...kept.values()].filter((each) => !known.has(each));
  return [...old, ...fresh].toSorted((a, b) => rankOf(a) - rankOf(b) || byText(a.proof.clause, b.proof.clause));
}
