/** Faults under way, each with its report. They end with their step, when healed, or with the scenario. */
import type { Fault } from "@netwright/api";
import { messageOf, NetwrightError, type Milliseconds } from "@netwright/base";
import type { FaultReport } from "../report/report.ts";

interface ActiveFault {
  readonly description: string;
  end(): Promise<void>;
}
type FaultOutcome =
  | { readonly kind: "Active"; readonly fault: ActiveFault }
  | { readonly kind: "Skipped"; readonly reason: string };

export type BeginFault = (fault: Fault) => Promise<FaultOutcome>;

interface Begun {
  readonly active: ActiveFault;
  readonly report: { -readonly [K in keyof FaultReport]: FaultReport[K] };
}

/** Why a step with a fault that cannot be had here is not run. */
export class FaultSkipped extends NetwrightError {
  constructor(reason: string) {
    super("NW1603", reason);
  }
}

export class ActiveFaults {
  readonly #begin: BeginFault;
  readonly #elapsed: () => Milliseconds;
  readonly #reports: Begun["report"][] = [];
  #active: readonly Begun[] = [];

  constructor(begin: BeginFault, elapsed: () => Milliseconds) {
    this.#begin = begin;
    this.#elapsed = elapsed;
  }

  get reports(): readonly FaultReport[] {
    return this.#reports;
  }

  /** @returns what ends it. @throws FaultSkipped when this machine cannot do it. */
  async begin(fault: Fault): Promise<() => Promise<void>> {
    const outcome = await this.#begin(fault);
    if (outcome.kind === "Skipped") {
      const description = JSON.stringify(fault);
      this.#reports.push({ description, on: placesOf(fault), at: this.#elapsed(), until: this.#elapsed(), skipped: outcome.reason });
      throw new FaultSkipped(outcome.reason);
    }
    const report = { description: outcome.fault.description, on: placesOf(fault), at: this.#elapsed(), until: null, skipped: null };
    this.#reports.push(report);
    const begun = { active: outcome.fault, report };
    this.#active = [...this.#active, begun];
    return () => this.#end(begun);
  }

  /** All of them, the last one first. @throws NW1751 with those that could not be ended. */
  async heal(): Promise<void> {
    const problems: string[] = [];
    for (const begun of this.#active.toReversed())
      await this.#end(begun).catch((error: unknown) => problems.push(messageOf(error)));
    if (problems.length > 0) throw new NetwrightError("NW1751", `faults did not end: ${problems.join("; ")}`);
  }

  async #end(begun: Begun): Promise<void> {
    if (!this.#active.includes(begun)) return;
    this.#active = this.#active.filter((other) => other !== begun);
    try {
      await begun.active.end();
    } finally {
      begun.report.until = this.#elapsed();
    }
  }
}

const placesOf = ({ link, node, partition = [] }: Fault): readonly string[] => [
  ...new Set([link ?? [], node ?? [], ...partition].flat()),
];
