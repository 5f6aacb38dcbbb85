/** One packet, and what rules make of it: for people, who want to know which rule it was. */
import { renewed, type Field } from "./fields.ts";
import { roomIn, unclear } from "./meaning.ts";
import { circumstance, type Chain, type Program, type Rule, type Step, type Verdict } from "./program.ts";
import { rowContains, type Relation, type Row } from "./relation.ts";
import { rowText } from "./format.ts";

/** What is not in it is as usual. */
export type Packet = ReadonlyMap<Field, number>;

const usual: Readonly<Record<Field, number>> = {
  family: 10,
  state: 3,
  protocol: 6,
  "source.0": 0x20010db8,
  "source.1": 0x000f0000,
  "source.4": 1,
  "destination.0": 0x20010db8,
  "destination.1": 0x000f0000,
  "destination.4": 2,
  hopLimit: 64,
  sourcePort: 40_000,
  destinationPort: 443,
};

/** One that goes this way. */
export function packetOf(way: ReadonlyMap<Field, readonly [from: number, to: number]>): Packet {
  const chosen = [...way].map(([field, [from, to]]): [Field, number] => {
    const wish = usual[field] ?? 0;
    return [field, from <= wish && wish < to ? wish : from];
  });
  return new Map([...Object.entries(usual), ...chosen]);
}

/** What becomes of a packet, and who says so. */
export interface Decision {
  readonly what: string;
  /** Null: no rule, the chain's policy. */
  readonly rule: Rule | null;
  /** The element of a set that it rests on. */
  readonly element: string | null;
}

export const decide = (program: Program, chain: Chain, packet: Packet): Decision => {
  const walk = new Walk(program, packet);
  const end = walk.chain(chain, 0);
  return end === "Over" ? { what: chain.policy, rule: null, element: null } : end;
};

/** `Over`: the chain has no more rules. */
type End = Decision | "Over";
type Went = Decision | "Next" | "Over";

const most = 64;

class Walk {
  readonly #program: Program;
  readonly #packet: Map<Field, number>;
  readonly #written = new Map<Field, Field>();
  readonly #done: string[] = [];
  #element: string | null = null;

  constructor(program: Program, packet: Packet) {
    this.#program = program;
    this.#packet = new Map(packet);
  }

  chain({ rules }: Chain, depth: number): End {
    for (const rule of rules) {
      this.#element = null;
      const went = this.#rule(rule, depth);
      if (went !== "Next") return went;
    }
    return "Over";
  }

  #rule(rule: Rule, depth: number): Went {
    for (const step of rule.steps) {
      const went = this.#step(step, rule, depth);
      if (went !== "On") return went;
    }
    return "Next";
  }

  #step(step: Step, rule: Rule, depth: number): Went | "On" {
    switch (step.kind) {
      case "Test":
        return (this.#row(step.test) !== undefined) !== step.negated ? "On" : "Next";
      case "Unknown":
        return this.#row(unclear(step.text)) === undefined ? "Next" : "On";
      case "Verdict":
        return this.#verdict(step.verdict, rule, depth);
      case "Branch": {
        const found = step.cases.find((each) => this.#row(each.test) !== undefined);
        return found === undefined ? "Next" : this.#verdict(found.verdict, rule, depth);
      }
      case "Translate": {
        const row = this.#row(step.to.tuples);
        const entry = step.to.entries.find((each) => each.row.every((bound, index) => bound === row?.[index]));
        return row === undefined || entry === undefined
          ? "Next"
          : this.#end(`${step.end} becomes ${entry.value}; accept`, rule);
      }
      case "Record":
        if (this.#row(roomIn(step.set)) === undefined) return "Next";
        if (step.what !== null) this.#done.push(step.what);
        return "On";
      case "Do":
        this.#done.push(step.what);
        return "On";
      case "Assign":
        if (step.unless !== null && this.#row(circumstance(step.unless)) !== undefined) return "Next";
        this.#written.set(step.field, renewed(step.field, step.what));
        this.#done.push(step.what);
        return "On";
    }
  }

  #verdict(verdict: Verdict, rule: Rule, depth: number): Went {
    if (verdict.kind === "End") return this.#end(verdict.what, rule);
    if (verdict.kind === "Continue") return "Next";
    if (verdict.kind === "Return") return "Over";
    const chain = this.#program.chains.get(verdict.chain);
    if (chain === undefined || depth > most) return this.#end(`${verdict.kind} ${verdict.chain}`, rule);
    const end = this.chain(chain, depth + 1);
    if (end !== "Over") return end;
    return verdict.kind === "Jump" ? "Next" : "Over";
  }

  #end(what: string, rule: Rule): Decision {
    return { what: what === "drop" ? what : [...this.#done, what].join("; "), rule, element: this.#element };
  }

  /** The row that the packet is in. */
  #row({ fields, rows }: Pick<Relation, "fields" | "rows">): Row | undefined {
    const values = fields.map((field) => this.#packet.get(this.#written.get(field) ?? field) ?? 0);
    const found = rows.find((row) => rowContains(row, values));
    if (found !== undefined && fields.length > 1) this.#element = rowText(fields, found);
    return found;
  }
}
