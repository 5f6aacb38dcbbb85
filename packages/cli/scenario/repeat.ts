/** How one run is run again. Pure. */
import { runsOf, type Job, type ScenarioRun } from "@netwright/scenario";

/** The file to load for it: its suite's where it has one. Undefined when it is not of this job. */
export const fileOf = (job: Job, run: ScenarioRun): string | undefined =>
  runsOf(job).some(({ id }) => id === run.id) ? (job.shared ?? run).file : undefined;

/** @param set as given with `--set` */
export function repeatCommand(run: ScenarioRun, job: Job, seed: number, set: readonly string[]): string {
  const word = (text: string): string =>
    /^[A-Za-z0-9_./=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
  // A suite's set-up and teardown run with all of it.
  const name = job.scenarios.some(({ id }) => id === run.id) ? run.id : job.name;
  return [
    "netwright test",
    word(fileOf(job, run) ?? run.file),
    "--filter",
    word(name),
    "--seed",
    String(seed),
    ...set.flatMap((each) => ["--set", word(each)]),
  ].join(" ");
}
