/** A lab in which faults are to happen. */
import { NetwrightError, seconds } from "@netwright/base";
import type { RunResult } from "@netwright/contract";
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import type { LabRecord } from "../record/record.ts";
import { enter } from "../sandbox/enter.ts";
import { sandboxEnvironment } from "../sandbox/environment.ts";
import { sandboxProcess } from "../sandbox/stop-sandbox.ts";
import { findNode } from "../topology/find.ts";
import type { Port } from "../topology/topology.ts";
import { findLab } from "../verbs/list.ts";
import type { Device, Place } from "./plan.ts";

export interface FaultSite {
  readonly context: LabContext;
  readonly record: LabRecord;
  readonly paths: LabPaths;
  /** Process 1 of the sandbox, as the machine sees it. */
  readonly sandbox: number;
}

/** @throws NW1701 when there is no such lab, NW1703 when it does not run. */
export async function faultSite(context: LabContext, lab: string | undefined): Promise<FaultSite> {
  const { record, paths } = await findLab(context, lab);
  const sandbox = await sandboxProcess(context, paths);
  if (sandbox !== undefined) return { context, record, paths, sandbox: sandbox.pid };
  throw new NetwrightError("NW1703", `the lab ${record.name} does not run`, { hint: "netwright lab up" });
}

/** @throws NW1701 for a node that is not there, NW1703 for one that is not up yet. */
export function placeOf({ record }: FaultSite, name: string): Place {
  const { name: node } = findNode(record.topology, name);
  const process = record.nodes[node];
  if (process !== undefined) return { node, pid: process.pidInSandbox };
  throw new NetwrightError("NW1703", `${node} of the lab ${record.name} is not up yet`);
}

export const deviceOf = (site: FaultSite, { node, interface: device }: Pick<Port, "node" | "interface">): Device => ({
  ...placeOf(site, node),
  device,
});

/** Every device of a node that a link ends at. */
export const devicesOf = (site: FaultSite, node: string): readonly Device[] =>
  findNode(site.record.topology, node).ports.map((port) => deviceOf(site, port));

/** Runs sh, with the text as its script, in the sandbox. */
export const inSandbox = (
  { context, sandbox }: FaultSite,
  script: readonly string[],
  input = "",
): Promise<RunResult> => {
  const environment = Object.entries(sandboxEnvironment).map(([key, value]) => `${key}=${value}`);
  return context.runner.run(enter(sandbox, ["env", "-i", ...environment, "sh", ...script]), {
    input,
    timeout: seconds(60),
  });
};
