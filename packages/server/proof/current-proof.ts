/** What of contracts holds now. Proved again only when something changed, and once for all who ask meanwhile. */
import type { ProofReport } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { placeReport } from "@netwright/prove/written-contracts.ts";
import type { NodeStates } from "../state/node-states.ts";
import type { Items } from "../state/objects.ts";
import type { Prover } from "./prover.ts";
import { questionOf } from "./question.ts";

interface Known {
  readonly items: Items;
  readonly revisions: ReadonlyMap<string, number>;
  readonly report: Promise<ProofReport>;
}

export class CurrentProof {
  readonly #prover: Prover;
  readonly #states: Pick<NodeStates, "all" | "revisions">;
  #known: Known | undefined;

  constructor(prover: Prover, states: Pick<NodeStates, "all" | "revisions">) {
    this.#prover = prover;
    this.#states = states;
  }

  of(items: Items): Promise<ProofReport> {
    const revisions = this.#states.revisions();
    if (this.#known?.items === items && equal(this.#known.revisions, revisions)) return this.#known.report;
    const report = this.#prove(items);
    const known: Known = { items, revisions, report };
    this.#known = known;
    // A failure is no answer for who asks later.
    report.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return report;
  }

  async #prove(items: Items): Promise<ProofReport> {
    const states = new Map<string, HostState>([...this.#states.all()].map(([node, { state }]) => [node, state]));
    return placeReport(await this.#prover.report(questionOf(items, states)), items.values());
  }
}

const equal = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean =>
  a.size === b.size && [...a].every(([node, revision]) => b.get(node) === revision);
