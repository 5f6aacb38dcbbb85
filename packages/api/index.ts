/** Kinds, manifests, wire types and the client. Pure but for the shells `load/read-manifests.ts` and `client/transport-node.ts`. */
export { apiVersion, type ApiObject, type FieldPath, type Finding, type Kind, type Scope } from "./kinds/kind.ts";
export {
  isKindName,
  kindNames,
  kindOfWord,
  kinds,
  objectName,
  type AnyObject,
  type KindName,
  type ObjectOf,
} from "./kinds/index.ts";
export { defaultProject, type ClusterMetadata, type Metadata, type ProjectMetadata } from "./kinds/metadata.ts";
export { serviceConditions, type Condition, type ServiceConditionType } from "./kinds/condition.ts";
export type { AddressPool } from "./kinds/address-pool/schema.ts";
export type { CertificateIssuer } from "./kinds/certificate-issuer/schema.ts";
export type { Config } from "./kinds/config/schema.ts";
export { configKeys, configValue } from "./kinds/config/validate.ts";
export type {
  CannotReach,
  CanReach,
  Clause,
  ContractOf,
  EndSelector,
  Justification,
  OnlyFrom,
  OnlyThrough,
  PortInterval,
  TierSelector,
} from "./kinds/contract/clause.ts";
export { readContract, readSelectors, type ReadSelector } from "./kinds/contract/read-contract.ts";
export type { Contract } from "./kinds/contract/schema.ts";
export type { Host, Uplink } from "./kinds/host/schema.ts";
export { instancePhases, type Instance, type InstancePhaseName } from "./kinds/instance/schema.ts";
export {
  labNameMax,
  labRoles,
  type Lab,
  type LabEnd,
  type LabLink,
  type LabNode,
  type LabRole,
} from "./kinds/lab/schema.ts";
export type { Network } from "./kinds/network/schema.ts";
export type { NodeStatus } from "./kinds/node-status.ts";
export type { Project, Quota } from "./kinds/project/schema.ts";
export type { Router, RouterLink } from "./kinds/router/schema.ts";
export { checkSubjects, subjectOf, type Check, type CheckSubject, type SubjectOf } from "./kinds/scenario/check.ts";
export type { TextExpectation } from "./kinds/scenario/expect.ts";
export type { Load } from "./kinds/scenario/load.ts";
export { fates, type Fate } from "./kinds/scenario/probe.ts";
export { parseTarget } from "./kinds/scenario/target.ts";
export type { Scenario, ScenarioSpec } from "./kinds/scenario/schema.ts";
export type { Action, Background, ScenarioFile, Step } from "./kinds/scenario/step.ts";
export type { ScenarioTopology } from "./kinds/scenario/topology.ts";
export type { Suite } from "./kinds/suite/schema.ts";
export { withoutBoxes } from "./kinds/secret/conceal.ts";
export type { SealedValue, Secret } from "./kinds/secret/schema.ts";
export { tlsKeys } from "./kinds/secret/validate.ts";
export type { Session } from "./kinds/router/session.ts";
export { serviceChain, tierProtocols, type ChainTier } from "./kinds/service/chain.ts";
export {
  scalingMetrics,
  type Autoscale,
  type Objective,
  type ScalingMetric,
  type ScalingMetricEntry,
} from "./kinds/service/autoscale.ts";
export type { Health } from "./kinds/service/health.ts";
export type { Rollout } from "./kinds/service/rollout.ts";
export { parseAmount, parseChange, type ScalingChange } from "./kinds/service/scaling-amounts.ts";
export { scalingName } from "./kinds/service/validate-autoscale.ts";
export {
  isWorkloadTier,
  type Allow,
  type HttpsListener,
  type Listener,
  type Service,
  type ServiceSpec,
  type TransportListener,
  type WorkloadTier,
  type WrittenImpliedTier,
} from "./kinds/service/service.ts";
export {
  serviceStages,
  type RolloutStatus,
  type AutoscaleStatus,
  type TierRolloutStatus,
  type ServiceStage,
  type ServiceStatus,
} from "./kinds/service/status.ts";
export type { VolumePhaseName } from "./kinds/volume/schema.ts";
export { isImplied, type Spread } from "./kinds/service/tier.ts";
export { isVariableName, variableHint } from "./kinds/service/validate-workload.ts";
export type { EnvEntry, Workload, WorkloadFileEntry } from "./kinds/service/workload.ts";
export { parseDuration, printDuration } from "./fields/duration.ts";
export { printStatusCodes, type StatusCodes } from "./fields/status-codes.ts";
export { printBitRate, type BitsPerSecond } from "./fields/bit-rate.ts";
export { printClockOffset } from "./fields/clock-offset.ts";
export { printPercentage, type PartsPerMillion } from "./fields/percentage.ts";
export { faultSchema, type Fault } from "./kinds/scenario/fault.ts";
export type { FrameMatch, Impairment } from "./kinds/scenario/impair.ts";
export { readFault } from "./kinds/scenario/read-fault.ts";
export { isAddressText } from "./kinds/scenario/party.ts";
export { nemesisFaults, nemesisSchema, type Nemesis, type NemesisFault } from "./kinds/scenario/nemesis.ts";
export { validateNemesis } from "./kinds/scenario/validate-nemesis.ts";
export { validateFault } from "./kinds/scenario/validate-fault.ts";
export { parseHostname, type Hostname } from "./fields/hostname.ts";
export { coversHostname, type HostnamePattern } from "./fields/hostname-pattern.ts";
export { printCpu, printOctets, type MilliCpu, type Octets } from "./fields/amounts.ts";
export { decodeManifest, decodeObject, encodeObject, type Decoded, type WireObject } from "./kinds/decode.ts";
export { inProject } from "./kinds/in-project.ts";
export { formatPath, parsePath } from "./kinds/field-path.ts";
export { fieldAt, jsonSchemaOf, type JsonSchema } from "./kinds/json-schema.ts";
export { nearest } from "./kinds/near-miss.ts";
export * from "./wire/index.ts";
export { fileBase64 } from "./kinds/service/file-octets.ts";
export { nodeReader } from "./load/read-disk.ts";
export {
  parseManifestFiles,
  parseManifests,
  type LoadedManifests,
  type LoadedObject,
  type ManifestFile,
} from "./load/parse-manifests.ts";
export { readManifests, stdinName, type ManifestReader, type ReadManifests } from "./load/read-manifests.ts";
export { renderDiagnostic } from "./load/render-diagnostic.ts";
export { nearestSource, sourcesOf, toApplyObject, type Sources } from "./load/sources.ts";
export { createClient, type Client } from "./client/client.ts";
export type { DryRun, ObjectCalls } from "./client/objects.ts";
export type { NodeCalls } from "./client/nodes.ts";
export type { EventOptions, InstanceRef, OperationCalls } from "./client/operations.ts";
export { apiRoot, collectionPath, objectPath, type ObjectRef } from "./client/paths.ts";
export type { HttpRequest, HttpResponse, Transport } from "./client/transport.ts";
export { outputLines } from "./client/output-lines.ts";
export { nodeTransport } from "./client/transport-node.ts";
export type { Target } from "./client/unreachable.ts";
