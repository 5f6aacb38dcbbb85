/** Who watches may stop a run, look around in its lab, and try a failed step again. */
import type { ScenarioRun } from "../load/job.ts";
import type { StepReport } from "../report/report.ts";
import type { Stage } from "./scene.ts";

export interface Moment {
  readonly stage: Stage;
  readonly run: ScenarioRun;
  readonly phase: StepReport["phase"];
  readonly name: string;
  /** True where the scenario says `breakpoint: true`. */
  readonly breakpoint: boolean;
}

export interface Interaction {
  /** True where a person may stop it: its time has no limit then. */
  attended(run: ScenarioRun): boolean;
  /** Before every step. */
  before(moment: Moment): Promise<"Run" | "Skip" | "Quit">;
  /** After one that failed. With `Retry`, the scenario as its file says now. */
  failed(
    moment: Moment,
    step: StepReport,
  ): Promise<{ readonly next: "Retry"; readonly run: ScenarioRun } | { readonly next: "GoOn" | "Quit" }>;
}

/** Nobody watches. */
export const unattended: Interaction = {
  attended: () => false,
  before: async () => "Run",
  failed: async () => ({ next: "GoOn" }),
};
