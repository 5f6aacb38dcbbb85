/** What the machine remembers of a lab: enough to use it, to repair it and to remove it. */
import type { Digest, Instant } from "@netwright/base";
import type { Files, ProcessId } from "@netwright/contract";
import type { Topology } from "../topology/topology.ts";
import type { LabPaths } from "./paths.ts";

export type LabPhase = "Building" | "Ready" | "Failed";

export interface LabRecord {
  readonly name: string;
  readonly phase: LabPhase;
  /** Why the phase is Failed. */
  readonly problem: string | null;
  readonly createdAt: Instant;
  readonly topology: Topology;
  /** Name and parents of the lab's cgroup, written before there is one. */
  readonly cgroup: { readonly name: string; readonly mountPoints: readonly string[] };
  /** Of nodes with an image, by name: which one, and what commands there find in their environment. */
  readonly images: Readonly<
    Record<string, { readonly digest: Digest; readonly env: Readonly<Record<string, string>> }>
  >;
  /** By name. Empty until the nodes stand. */
  readonly nodes: Readonly<Record<string, NodeProcess>>;
  /** Programs that were started, by node. */
  readonly programs: readonly { readonly node: string; readonly program: string }[];
}

/** Process 1 of a node. */
export interface NodeProcess {
  readonly machine: ProcessId;
  readonly pidInSandbox: number;
}

export async function readRecord(files: Files, paths: LabPaths): Promise<LabRecord | undefined> {
  const text = await files.read(paths.record);
  // A lab that an earlier version built has no images, and is still to be used and removed.
  return text === undefined ? undefined : ({ images: {}, ...JSON.parse(text) } as LabRecord);
}

export async function writeRecord(files: Files, paths: LabPaths, record: LabRecord): Promise<void> {
  await files.write(paths.record, `${JSON.stringify(record, undefined, 1)}\n`, 0o600);
}

/** Reads `PID TICKS` as the sandbox's scripts write it; undefined when nothing (whole) is there. */
export async function readIdentity(files: Files, path: string): Promise<ProcessId | undefined> {
  const match = /^(\d+) (\d+)\n$/.exec((await files.read(path)) ?? "");
  return match === null ? undefined : { pid: Number(match[1]), startTicks: Number(match[2]) };
}
