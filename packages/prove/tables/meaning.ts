/**
 * What chains of rules make of every packet, as one decision diagram. Two ways to tell packets apart: by their fields, exactly;
 * or by the sets that rules look them up in, whatever is in those. What is the same the second way is the same for any contents,
 * and costs nothing for large ones; what is not the same the second way may still be the same the first way.
 */
import { OutOfSteps, type Diagrams, type Node } from "./diagram.ts";
import { renewed, type Field } from "./fields.ts";
import {
  circumstance,
  verdictText,
  type Case,
  type Chain,
  type Program,
  type Rule,
  type Step,
  type Verdict,
} from "./program.ts";
import { relation, type Relation } from "./relation.ts";

export type Encoding = "Sets" | "Packets";

interface Frame {
  readonly chain: Chain;
  readonly index: number;
  /** Where chains go on when this one ends. */
  readonly back: Frame | undefined;
  /** Fields that were written, by their names before. */
  readonly written: ReadonlyMap<Field, Field>;
}

export const roomIn = (set: string): Relation => circumstance(`there is room in ${set}`);
export const unclear = (text: string): Relation => circumstance(`?${text}`);

export class Meaning {
  readonly #diagrams: Diagrams;
  readonly #program: Program;
  readonly #encoding: Encoding;
  readonly #known = new Map<string, Node | "open">();
  /** Fields that stand for what was not understood. */
  readonly unclear: Set<Field>;

  constructor(diagrams: Diagrams, program: Program, encoding: Encoding, unclearFields: Set<Field>) {
    this.#diagrams = diagrams;
    this.#program = program;
    this.#encoding = encoding;
    this.unclear = unclearFields;
  }

  /** Of a chain that a hook asks. */
  of(chain: Chain): Node {
    return this.#from({ chain, index: 0, back: undefined, written: new Map() });
  }

  #from(frame: Frame): Node {
    const key = keyOf(frame);
    const known = this.#known.get(key);
    if (known === "open") throw new OutOfSteps(`chain ${frame.chain.name} leads to itself`);
    if (known !== undefined) return known;
    this.#known.set(key, "open");
    const rule = frame.chain.rules[frame.index];
    const made = rule === undefined ? this.#atEnd(frame) : this.#step(rule, 0, frame);
    this.#known.set(key, made);
    return made;
  }

  #atEnd({ chain, back, written }: Frame): Node {
    return back === undefined ? this.#diagrams.leaf(chain.policy) : this.#from({ ...back, written });
  }

  #next(frame: Frame): Node {
    return this.#from({ ...frame, index: frame.index + 1 });
  }

  #step(rule: Rule, at: number, frame: Frame): Node {
    const step = rule.steps[at];
    if (step === undefined) return this.#next(frame);
    const go = (): Node => this.#step(rule, at + 1, frame);
    switch (step.kind) {
      case "Test":
        return this.#test(step, go, frame);
      case "Unknown":
        this.unclear.add(unclear(step.text).fields[0] as Field);
        return this.#choose(unclear(step.text), go, () => this.#next(frame));
      case "Verdict":
        return this.#verdict(step.verdict, frame);
      case "Branch":
        return this.#branch(step.cases, frame);
      case "Translate":
        return this.#translate(step, frame);
      case "Record": {
        const { set, what } = step;
        return this.#choose(
          roomIn(set),
          () => (what === null ? go() : this.#doing(what, go())),
          () => this.#next(frame),
        );
      }
      case "Do":
        return this.#doing(step.what, go());
      case "Assign":
        return this.#assign(step, rule, at, frame);
    }
  }

  /** What is dropped is dropped, whatever was done to it before. */
  #doing(what: string, then: Node): Node {
    return this.#diagrams.mapped(then, (text) => (text === "drop" ? text : `${what}; ${text}`));
  }

  #test({ test, negated }: Extract<Step, { kind: "Test" }>, go: () => Node, frame: Frame): Node {
    const next = (): Node => this.#next(frame);
    const own = asWritten(test, frame.written);
    return negated ? this.#choose(own, next, go) : this.#choose(own, go, next);
  }

  #choose(test: Relation, yes: () => Node, no: () => Node): Node {
    const condition = this.#condition(test);
    if (condition === this.#diagrams.yes) return yes();
    if (condition === this.#diagrams.no) return no();
    return this.#diagrams.choose(condition, yes(), no());
  }

  #condition(test: Relation): Node {
    const { yes, no } = this.#diagrams;
    if (test.isEmpty) return no;
    if (test.isFull) return yes;
    if (this.#encoding === "Sets") return this.#diagrams.flag(test.key);
    return this.#diagrams.table(
      test.fields,
      test.rows.map((row) => ({ row, leaf: yes })),
      no,
    );
  }

  #verdict(verdict: Verdict, frame: Frame): Node {
    if (verdict.kind === "End") return this.#diagrams.leaf(verdict.what);
    if (verdict.kind === "Continue") return this.#next(frame);
    const { back, written: fields } = frame;
    if (verdict.kind === "Return") return this.#atEnd(frame);
    const chain = this.#program.chains.get(verdict.chain);
    if (chain === undefined) return this.#diagrams.leaf(verdictText(verdict));
    const after = verdict.kind === "Goto" ? (back ?? end(frame)) : { ...frame, index: frame.index + 1 };
    return this.#from({ chain, index: 0, back: after, written: fields });
  }

  #branch(cases: readonly Case[], frame: Frame): Node {
    return cases.reduceRight(
      (rest, { test, verdict }) =>
        this.#choose(
          asWritten(test, frame.written),
          () => this.#verdict(verdict, frame),
          () => rest,
        ),
      this.#next(frame),
    );
  }

  #translate({ end: which, to }: Extract<Step, { kind: "Translate" }>, frame: Frame): Node {
    const leaf = (value: string): Node => this.#diagrams.leaf(`${which} becomes ${value}; accept`);
    const found = (): Node => {
      const { fields } = to.tuples;
      const [only] = to.entries;
      if (fields.length === 0 && only !== undefined) return leaf(only.value);
      if (this.#encoding === "Sets") return this.#diagrams.leaf(`that of ${to.key}`);
      const rows = to.entries.map(({ row, value }) => ({ row, leaf: leaf(value) }));
      return this.#diagrams.table(fields, rows, this.#diagrams.no);
    };
    return this.#choose(to.tuples, found, () => this.#next(frame));
  }

  #assign({ field, what, unless }: Extract<Step, { kind: "Assign" }>, rule: Rule, at: number, frame: Frame): Node {
    const own = { ...frame, written: new Map([...frame.written, [field, renewed(field, what)]]) };
    const found = (): Node => this.#doing(what, this.#step(rule, at + 1, own));
    return unless === null ? found() : this.#choose(circumstance(unless), () => this.#next(frame), found);
  }
}

/** Behind a chain that a hook asks there is nothing but its policy. */
const end = ({ chain, written: fields }: Frame): Frame => ({
  chain,
  index: chain.rules.length,
  back: undefined,
  written: fields,
});

function keyOf({ chain, index, back, written: fields }: Frame): string {
  const behind = back === undefined ? "" : ` < ${keyOf({ ...back, written: new Map() })}`;
  return `${chain.name} ${index}${[...fields.values()].join()}${behind}`;
}

function asWritten(test: Relation, fields: ReadonlyMap<Field, Field>): Relation {
  if (fields.size === 0 || !test.fields.some((field) => fields.has(field))) return test;
  return relation(
    test.fields.map((field) => fields.get(field) ?? field),
    test.rows,
  );
}
