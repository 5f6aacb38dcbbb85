/** Allocate, place, compile, diff. Pure: no clock, no randomness, no I/O. */
export { pinsOf } from "./allocate/images.ts";
export { addressRest } from "./allocate/addresses.ts";
export { hostRouterId } from "./compile/bgp.ts";
export {
  compile,
  type Challenges,
  type Compiled,
  type CompileInput,
  type DnsRecord,
  type ServiceIdentity,
  type ServiceSummary,
} from "./compile.ts";
export {
  createCompilation,
  type CompilationChange,
  type CompilationUpdate,
  type KeptCompilation,
} from "./incremental.ts";
export { foresee, type Foreseen } from "./foresee.ts";
export { issuerOf, ownCertificate, type OwnCertificate } from "./issuers.ts";
export * from "./ledger-entries.ts";
export * from "./ledger-keys.ts";
export * from "./ledger.ts";
export { diagnose, objectSet, projectKey, type Applied, type ObjectSet } from "./objects.ts";
export { nothingObserved, type Observed, type ObservedInstance, type ObservedNode, type Served } from "./observed.ts";
export type { Explanation } from "./place/explanation.ts";
export { anyDeparted } from "./place/gone.ts";
export { sizedService, sizeEntry } from "./place/sizes.ts";
export type { HostNews } from "./place/leaving-hosts.ts";
export { pauseRollout, resumeRollout } from "./place/steer-rollout.ts";
export type { RolloutNews } from "./place/tier-rollout.ts";
export * from "./rollout-entries.ts";
export { standingObjects } from "./standing-objects.ts";
export { defaultDrainTimeout, reconcile, type Reconciled, type ReconcileInput } from "./reconcile.ts";
export { admit } from "./projects/admit.ts";
export { poolsFor } from "./projects/allowed.ts";
export { printAmount } from "./projects/amounts.ts";
export { projectStandings, type ProjectStanding } from "./projects/standing.ts";
export { resources, type Resource } from "./projects/users.ts";
export { Planner, type ForeseenChange, type PlanInput } from "./plan.ts";
export { settle, type Settled } from "./settle.ts";
