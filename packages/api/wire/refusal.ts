/** A change that breaks contracts: what is wrong as for every error, and the counterexamples. */
import { NetwrightError, type Diagnostic } from "@netwright/base";
import type { ClauseProof } from "./proof.ts";

export class ContractsBroken extends NetwrightError {
  /** Refuted ones. */
  readonly broken: readonly ClauseProof[];

  /** @throws RangeError when there is none */
  constructor(broken: readonly ClauseProof[]) {
    const [first, ...more] = broken.map(diagnosticOf);
    if (first === undefined) throw new RangeError("Invariant: a refusal has a clause");
    const { code, message, ...rest } = first;
    super(code, message, rest, more);
    this.broken = broken;
  }
}

export const isContractsBroken = (value: unknown): value is ContractsBroken =>
  value instanceof NetwrightError && "broken" in value;

function diagnosticOf({ clause, kind, statement, origin, counterexample }: ClauseProof): Diagnostic {
  return {
    code: "NW1313",
    message: `${clause} would not hold${timeOf(counterexample?.when)}: ${statement}`,
    ...(origin === null ? {} : { subject: origin.object, field: origin.field }),
    ...(origin?.source === undefined ? {} : { source: origin.source }),
    hint: kind === "Implied" ? "this follows from what is applied, and cannot be accepted" : accepting(clause),
  };
}

function timeOf(when: NonNullable<ClauseProof["counterexample"]>["when"] = "After"): string {
  if (when === "After") return "";
  return when === "During" ? " on the way" : ` while ${when.lost} is lost`;
}

/** The clause's own name is the last word of its name in a report. */
const accepting = (clause: string): string =>
  `to accept it, add { clause: ${JSON.stringify(clause.split(" ").at(-1))}, reason: ... } to justified of that contract`;
