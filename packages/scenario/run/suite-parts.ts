/** A suite's set-up and teardown, as runs of their own. Pure. */
import type { Job, ScenarioRun } from "../load/job.ts";

/** Set-up and teardown; nothing for a scenario by itself. */
export function suiteParts({ name, shared }: Job): readonly ScenarioRun[] {
  if (shared === undefined) return [];
  const { files, setup, teardown, timeout } = shared.spec;
  const part = (scenario: string, spec: Partial<ScenarioRun["spec"]>): ScenarioRun => ({
    ...shared,
    id: `${name}/${scenario}`,
    scenario,
    values: {},
    spec: {
      parameters: {},
      matrix: {},
      needs: [],
      files: [],
      setup: [],
      steps: [],
      teardown: [],
      ...(timeout === undefined ? {} : { timeout }),
      ...spec,
    },
  });
  return [part("setup", { files, setup }), part("teardown", { teardown })];
}

/** Everything of a job that is reported as a run. */
export const runsOf = (job: Job): readonly ScenarioRun[] => [...job.scenarios, ...suiteParts(job)];
