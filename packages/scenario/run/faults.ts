/** Faults under way, each with its report. They end with their step, when healed, or with the scenario. */
import type { Fault } from "@netwright/api";
import { messageOf, milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import { describeFault, type ActiveFault, type FaultOutcome } from "@netwright/lab";
import type { FaultReport } from "../report/report.ts";

export type BeginFault = (fault: Fault) => Promise<FaultOutcome>;

interface Begun {
  readonly active: ActiveFault;
  /** When it ends by itself, if it does. */
  readonly expires: Milliseconds | undefined;
  /** While it is being ended. */
  ending: Promise<void> | undefined;
  readonly report: { -readonly [K in keyof FaultReport]: FaultReport[K] };
}

/** Work that begins faults. */
interface Other {
  readonly healed: AbortController;
  readonly over: Promise<void>;
}

/** Why a run that would have passed shows nothing: what it is about did not happen. */
export interface Vain {
  readonly verdict: "Skipped" | "Error";
  readonly reason: string;
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
  #others: readonly Other[] = [];
  readonly #vain: Vain[] = [];
  #active: readonly Begun[] = [];

  constructor(begin: BeginFault, elapsed: () => Milliseconds) {
    this.#begin = begin;
    this.#elapsed = elapsed;
  }

  get reports(): readonly FaultReport[] {
    return this.#reports;
  }

  get vain(): readonly Vain[] {
    return this.#vain;
  }

  inVain(vain: Vain): void {
    this.#vain.push(vain);
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
    const report: Begun["report"] = {
      description: outcome.fault.description,
      on: placesOf(fault),
      at: this.#elapsed(),
      until: null,
      skipped: null,
    };
    this.#reports.push(report);
    const expires = fault.for === undefined ? undefined : milliseconds(report.at + fault.for);
    const begun: Begun = { active: outcome.fault, expires, ending: undefined, report };
    this.#active = [...this.#active, begun];
    return () => this.#end(begun);
  }

  /** As `begin`, without throwing; what cannot be had, or fails, is in the report. @returns why it is not active */
  async tryTo(fault: Fault): Promise<Vain | undefined> {
    try {
      await this.begin(fault);
      return undefined;
    } catch (error) {
      if (error instanceof FaultSkipped) return { verdict: "Skipped", reason: messageOf(error) };
      const at = this.#elapsed();
      this.#reports.push({
        description: describeFault(fault),
        on: placesOf(fault),
        at,
        until: at,
        skipped: messageOf(error),
      });
      return { verdict: "Error", reason: messageOf(error) };
    }
  }

  /** Work that ends with the healing, and that the healing waits for. It never throws. @param work until its signal aborts */
  belongs(work: (healed: AbortSignal) => Promise<void>): void {
    const healed = new AbortController();
    const over = work(healed.signal).finally(() => {
      this.#others = this.#others.filter((other) => other.healed !== healed);
    });
    this.#others = [...this.#others, { healed, over }];
  }

  /** All of them, the last one first. @throws NW1751 with those that could not be ended. */
  heal(): Promise<void> {
    return this.#healBut(new Set());
  }

  /** @returns what heals those that began later. */
  bookmark(): () => Promise<void> {
    const before = new Set<object>([...this.#active, ...this.#others.map(({ healed }) => healed)]);
    return () => this.#healBut(before);
  }

  async #healBut(kept: ReadonlySet<object>): Promise<void> {
    const others = this.#others.filter(({ healed }) => !kept.has(healed));
    for (const { healed } of others) healed.abort();
    await Promise.all(others.map(({ over }) => over));
    const problems: string[] = [];
    for (const begun of this.#active.toReversed().filter((each) => !kept.has(each)))
      await this.#end(begun).catch((error: unknown) => problems.push(messageOf(error)));
    if (problems.length > 0) throw new NetwrightError("NW1751", `faults did not end: ${problems.join("; ")}`);
  }

  /** One that could not be ended stays, for the next time. */
  async #end(begun: Begun): Promise<void> {
    if (!this.#active.includes(begun)) return;
    begun.ending ??= this.#endNow(begun).finally(() => void (begun.ending = undefined));
    await begun.ending;
  }

  async #endNow(begun: Begun): Promise<void> {
    await begun.active.end();
    begun.report.until = milliseconds(Math.min(this.#elapsed(), begun.expires ?? Infinity));
    this.#active = this.#active.filter((other) => other !== begun);
  }
}

const placesOf = ({ link, node, partition = [] }: Fault): readonly string[] => [
  ...new Set([link ?? [], node ?? [], ...partition].flat()),
];
