/** The lab: topologies in network namespaces, with real programs in them. */
export type { LabContext } from "./context.ts";
export type { OnProgress, Progress } from "./progress.ts";
export type { LabPrograms } from "./programs/netwright.ts";
export { defaultLabName } from "./record/paths.ts";
export type { LabPhase, LabRecord } from "./record/record.ts";
export { defaultLab, maxHosts } from "./topology/default-lab.ts";
export { fabricObjects, poolName } from "./topology/fabric.ts";
export { planLab } from "./topology/plan-lab.ts";
export type { Neighbor, Port, PortIdentity, Topology, TopologyLink, TopologyNode } from "./topology/topology.ts";
export { capture, type CaptureOptions } from "./verbs/capture.ts";
export { cut, heal, type LinkOptions } from "./verbs/cut.ts";
export { down, type DownOptions } from "./verbs/down.ts";
export { exec, type ExecOptions } from "./verbs/exec.ts";
export { drawGraph, graph, type GraphOptions } from "./verbs/graph.ts";
export { currentLab, findLab, listLabs, type FoundLab } from "./verbs/list.ts";
export { runIn, type RunInOptions } from "./verbs/run-in.ts";
export { status, type LabStatus, type LinkStatus, type NodeStatus, type ProgramStatus } from "./verbs/status.ts";
export { up, type UpOptions, type UpResult } from "./verbs/up.ts";
