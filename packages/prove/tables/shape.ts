/**
 * The shape of rules: what is left of them when every set, address and number is known only by being the same as another one or
 * not. Two programs that do the same by the sets that they ask for do so in any other contents too, so it is proved once for
 * all namespaces of a shape.
 */
import type { Field } from "./fields.ts";
import type { Chain, Program, Step, Verdict } from "./program.ts";
import type { Relation } from "./relation.ts";

export class Shapes {
  readonly #by: "key" | "label";
  readonly #names = new Map<string, number>();
  readonly #parts: (string | number)[] = [];

  /** Fields that rules write, so that what asks for them is not the same before and after. */
  readonly #written = new Set<Field>();
  /** By their names. */
  readonly #relations = new Map<number, Relation>();

  constructor(by: "key" | "label") {
    this.#by = by;
  }

  /** Of these chains and all that they lead to. */
  add(program: Program, chains: readonly Chain[]): void {
    const places = new Map(chains.map((chain, index) => [chain, index]));
    const queue = [...chains];
    const placeOf = (name: string): number | string => {
      const chain = program.chains.get(name);
      if (chain === undefined) return name;
      const known = places.get(chain);
      if (known !== undefined) return known;
      places.set(chain, places.size);
      queue.push(chain);
      return places.size - 1;
    };
    for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
      this.#parts.push("chain", chain.policy);
      for (const rule of chain.rules) {
        this.#parts.push("rule");
        for (const step of rule.steps) this.#step(step, placeOf);
      }
    }
    this.#parts.push("end");
  }

  text(): string {
    return [...this.#parts, ...this.#askedOfWritten()].join(" ");
  }

  *#askedOfWritten(): Generator<string> {
    if (this.#written.size === 0) return;
    for (const [name, { fields }] of this.#relations) {
      const written = fields.filter((field) => this.#written.has(field));
      if (written.length > 0) yield `${name} of ${written.join(",")}`;
    }
  }

  #step(step: Step, placeOf: (name: string) => number | string): void {
    const parts = this.#parts;
    switch (step.kind) {
      case "Test":
        return void parts.push(step.negated ? "not" : "if", this.#relation(step.test));
      case "Unknown":
        return void parts.push("unknown", this.#name(step.text));
      case "Verdict":
        return void parts.push(this.#verdict(step.verdict, placeOf));
      case "Branch":
        for (const { test, verdict } of step.cases) parts.push(this.#relation(test), this.#verdict(verdict, placeOf));
        return void parts.push("branch");
      case "Translate": {
        const [only] = step.to.entries;
        const by = step.to.tuples.fields.length === 0 ? `=${only?.value}` : step.to.key;
        return void parts.push("translate", step.end, this.#relation(step.to.tuples), this.#name(by));
      }
      case "Record":
        return void parts.push("record", this.#name(step.set), step.what === null ? "" : this.#name(step.what));
      case "Do":
        return void parts.push("do", this.#name(step.what));
      case "Assign":
        this.#written.add(step.field);
        return void parts.push(
          "assign",
          step.field,
          this.#name(step.what),
          step.unless === null ? "" : this.#name(step.unless),
        );
    }
  }

  #relation(test: Relation): string | number {
    if (test.isEmpty) return "never";
    if (test.isFull) return "always";
    const name = this.#name(test[this.#by]);
    this.#relations.set(name, test);
    return name;
  }

  #verdict(verdict: Verdict, placeOf: (name: string) => number | string): string {
    if ("chain" in verdict) return `${verdict.kind} ${placeOf(verdict.chain)}`;
    if (verdict.kind !== "End") return verdict.kind;
    return ["accept", "drop"].includes(verdict.what) ? verdict.what : `end ${this.#name(verdict.what)}`;
  }

  #name(text: string): number {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    this.#names.set(text, this.#names.size);
    return this.#names.size - 1;
  }
}
