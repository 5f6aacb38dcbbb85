/** Faults under way, each with its report. They end with their step, when healed, or with the scenario. */
import type { Fault } from "@netwright/api";
import { messageOf, NetwrightError, type Milliseconds } from "@netwright/base";
import { describeFault, type ActiveFault, type FaultOutcome } from "@netwright/lab";
import type { FaultReport } from "../report/report.ts";

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
  readonly #others = new Set<Promise<void>>();
  #active: readonly Begun[] = [];
  #healing = new AbortController();

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
      const description = describeFault(fault);
      this.#reports.push({
        description,
        on: placesOf(fault),
        at: this.#elapsed(),
        until: this.#elapsed(),
        skipped: outcome.reason,
      });
      throw new FaultSkipped(outcome.reason);
    }
    const report = {
      description: outcome.fault.description,
      on: placesOf(fault),
      at: this.#elapsed(),
      until: null,
      skipped: null,
    };
    this.#reports.push(report);
    const begun = { active: outcome.fault, report };
    this.#active = [...this.#active, begun];
    return () => this.#end(begun);
  }

  /** As `begin`; what cannot be had, or fails, is in the report and nothing more. */
  async tryTo(fault: Fault): Promise<void> {
    try {
      await this.begin(fault);
    } catch (error) {
      if (error instanceof FaultSkipped) return;
      const at = this.#elapsed();
      this.#reports.push({
        description: describeFault(fault),
        on: placesOf(fault),
        at,
        until: at,
        skipped: messageOf(error),
      });
    }
  }

  /** Aborts at the next healing. */
  untilHealed(): AbortSignal {
    return this.#healing.signal;
  }

  /** Work that ends with the healing, and that the healing waits for. */
  belongs(work: Promise<void>): void {
    this.#others.add(work);
    void work.finally(() => this.#others.delete(work));
  }

  /** All of them, the last one first. @throws NW1751 with those that could not be ended. */
  async heal(): Promise<void> {
    this.#healing.abort();
    await Promise.all(this.#others);
    this.#healing = new AbortController();
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
