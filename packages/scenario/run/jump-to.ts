/** `--jump-to`: a name that no step has would pass over all of them. Pure. */
import { NetwrightError } from "@netwright/base";
import type { Job } from "../load/job.ts";
import { stepName } from "./run-steps.ts";

/** @throws NW1001 for the first scenario without such a step */
export function requireStep(jobs: readonly Job[], name: string): void {
  for (const { id, spec } of jobs.flatMap(({ scenarios }) => scenarios)) {
    const names = spec.steps.map(stepName);
    if (names.includes(name)) continue;
    throw new NetwrightError("NW1001", `${id} has no step ${name} to jump to`, {
      hint: `there are: ${names.join(", ")}`,
    });
  }
}
