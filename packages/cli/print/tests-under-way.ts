/** The runs of a session that are under way, as a tree. */
import { formatDuration, milliseconds, type Clock, type Milliseconds } from "@netwright/base";
import { oneLine } from "@netwright/scenario/report/printable.ts";
import type { StepReport, TestEvent } from "@netwright/scenario/report/report.ts";
import { isBadVerdict, runTitle } from "@netwright/scenario/report/steps.ts";

interface UnderWay {
  readonly title: string;
  readonly began: Milliseconds;
  /** Null before the first and between two. */
  readonly step: { readonly name: string; readonly phase: StepReport["phase"]; readonly began: Milliseconds } | null;
}

/** More would not leave room for what is over. */
const shownMax = 8;

const phaseWords = { Setup: "setup", Steps: "step", Teardown: "teardown" } as const;

export class TestsUnderWay {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #runs = new Map<string, UnderWay>();
  readonly #began: Milliseconds;
  #total = 0;
  #done = 0;
  #failed = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#began = clock.monotonic();
  }

  take(event: TestEvent): void {
    if (event.kind === "SessionBegan") this.#total = event.runs;
    if (event.kind === "RunBegan")
      this.#runs.set(runTitle(event), { title: runTitle(event), began: this.#clock.monotonic(), step: null });
    if (event.kind === "StepBegan")
      this.#step(event, { name: event.name, phase: event.phase, began: this.#clock.monotonic() });
    if (event.kind === "StepEnded") this.#step(event, null);
    if (event.kind !== "RunEnded") return;
    this.#runs.delete(runTitle(event.run));
    this.#done += 1;
    if (isBadVerdict(event.run.verdict)) this.#failed += 1;
  }

  #step(event: { readonly id: string; readonly attempt: number }, step: UnderWay["step"]): void {
    const run = this.#runs.get(runTitle(event));
    if (run !== undefined) this.#runs.set(run.title, { ...run, step });
  }

  lines(): readonly string[] {
    const runs = [...this.#runs.values()];
    const left = runs.length - shownMax;
    const failed = this.#failed === 0 ? "" : `, ${this.#failed} failed`;
    const head = `${runs.length} under way, ${this.#done} of ${Math.max(this.#total, this.#done)} done${failed}, ${this.#since(this.#began)}`;
    const shown = runs.slice(0, shownMax);
    const tree = shown.flatMap((run, index) => this.#branch(run, index === shown.length - 1 && left <= 0));
    return [head, ...tree, ...(left > 0 ? [`└ and ${left} more`] : [])];
  }

  #branch({ title, began, step }: UnderWay, isLast: boolean): readonly string[] {
    const head = `${isLast ? "└" : "├"} ${oneLine(title)}  ${this.#since(began)}`;
    if (step === null) return [head];
    return [
      head,
      `${isLast ? " " : "│"}   ${phaseWords[step.phase]}: ${oneLine(step.name)}  ${this.#since(step.began)}`,
    ];
  }

  readonly #since = (began: Milliseconds): string => formatDuration(milliseconds(this.#clock.monotonic() - began));
}
