/** `lab status`: what of a lab is there right now. */
import type { Instant } from "@netwright/base";
import type { LabRole } from "@netwright/api";
import type { LabContext } from "../context.ts";
import { programStatusPath, type LabPaths } from "../record/paths.ts";
import type { LabPhase, LabRecord } from "../record/record.ts";
import { sandboxProcess } from "../sandbox/stop-sandbox.ts";
import { readCounters, type FrameCounters } from "../faults/counters.ts";
import { listFaults, type FaultStatus } from "../faults/store.ts";
import { cutLinks } from "./cut.ts";
import { findLab } from "./list.ts";

export interface LabStatus {
  readonly name: string;
  /** `Stopped`: recorded, but its processes are gone. */
  readonly phase: LabPhase | "Stopped";
  readonly problem: string | null;
  readonly createdAt: Instant;
  readonly directory: string;
  readonly nodes: readonly NodeStatus[];
  readonly links: readonly LinkStatus[];
  /** In the order in which they began. */
  readonly faults: readonly LabFault[];
}

export interface LabFault extends Pick<FaultStatus, "id" | "description" | "begunAt" | "state" | "fault" | "seed"> {
  /** Of the frames that went through its wires; null where it has none. */
  readonly frames: FrameCounters | null;
}

export interface NodeStatus {
  readonly name: string;
  readonly role: LabRole;
  readonly running: boolean;
  readonly management: string | null;
  readonly programs: readonly ProgramStatus[];
}

export interface ProgramStatus {
  readonly program: string;
  readonly state: "Running" | "Ended" | "NotStarted";
  /** Since the lab came up; its log tells why. */
  readonly restarts: number;
}

export interface LinkStatus {
  readonly name: string;
  readonly ends: readonly string[];
  readonly cut: boolean;
}

/** @throws NW1701 when there is no such lab. */
export async function status(context: LabContext, { lab }: { readonly lab?: string } = {}): Promise<LabStatus> {
  const { record, paths } = await findLab(context, lab);
  const stands = (await sandboxProcess(context, paths)) !== undefined;
  const cuts = new Set(stands ? cutLinks({ record, paths }) : []);
  return {
    name: record.name,
    phase: stands || record.phase === "Failed" ? record.phase : "Stopped",
    problem: record.problem,
    createdAt: record.createdAt,
    directory: paths.directory,
    nodes: await Promise.all(record.topology.nodes.map((node) => nodeStatus(context, paths, record, node))),
    links: record.topology.links.map(({ name, ends }) => ({
      name,
      ends: ends.map((end) => `${end.node}:${end.interface}`),
      cut: cuts.has(name),
    })),
    faults: (stands ? listFaults(paths) : []).map(({ claims: _, ...fault }) => ({
      ...fault,
      frames: readCounters(paths, fault.id) ?? null,
    })),
  };
}

async function nodeStatus(
  context: LabContext,
  paths: LabPaths,
  { nodes, programs }: LabRecord,
  { name, role, management }: LabRecord["topology"]["nodes"][number],
): Promise<NodeStatus> {
  const process = nodes[name]?.machine;
  const running = process !== undefined && (await context.processes.alive(process));
  const own = programs.filter(({ node }) => node === name);
  const states = own.map(async ({ program }) =>
    readProgram(program, await context.files.read(programStatusPath(paths, name, program)), running),
  );
  return { name, role, running, management, programs: await Promise.all(states) };
}

/** `running RESTARTS` or `ended STATUS RESTARTS`, as the supervising script writes it. */
function readProgram(program: string, line: string | undefined, nodeRuns: boolean): ProgramStatus {
  if (line === undefined) return { program, state: "NotStarted", restarts: 0 };
  const words = line.trim().split(" ");
  return { program, state: words[0] === "running" && nodeRuns ? "Running" : "Ended", restarts: Number(words.at(-1)) };
}
