/** Tests over several machines, from files. */
export { loadScenarios, type Loaded, type LoadOptions, type LoadSources } from "./load/load-scenarios.ts";
export type { Job, ScenarioRun } from "./load/job.ts";
export type { Value, Values } from "./load/values.ts";
export {
  worst,
  type SessionReport,
  type RunReport,
  type StepReport,
  type TestEvent,
  type Verdict,
} from "./report/report.ts";
export { collect } from "./artefacts/collect.ts";
export { keepReports, type ReportKeeper } from "./report/write-reports.ts";
export { unattended, type Interaction, type Moment } from "./run/interaction.ts";
export { Labs } from "./run/labs.ts";
export { sweepLabs, keepLab, openSession } from "./run/owner.ts";
export { needsOf } from "./run/needs.ts";
export { selected } from "./run/order.ts";
export { runsOf } from "./run/suite-parts.ts";
export { isFailed, runSession, type SessionOptions } from "./run/session.ts";
