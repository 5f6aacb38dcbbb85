/** Starts a lab's sandbox with all its nodes and links: one process tree that needs nobody. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { messageOf, NetwrightError } from "@netwright/base";
import type { LabContext } from "../context.ts";
import { labProgramFile } from "../record/build-directory.ts";
import type { LabLock } from "../record/lock.ts";
import type { LabPaths } from "../record/paths.ts";
import type { NodeProcess } from "../record/record.ts";
import type { Topology } from "../topology/topology.ts";
import type { CgroupLayout } from "./cgroups.ts";
import { sandboxEnvironment } from "./environment.ts";
import { makeCgroups } from "./lab-cgroups.ts";
import { LabReport } from "./lab-report.ts";
import { sandboxProcess } from "./stop-sandbox.ts";

/** What comes true one after the other. Each throws NW1703 with the first thing that failed. */
export interface LabBirth {
  /** @see labPlan */
  begin(plan: Buffer): void;
  /** The lab's directory is filled. */
  filled(): void;
  /** @returns process 1 of the sandbox */
  sandbox(): Promise<number>;
  /** Every node has namespaces. */
  nodes(): Promise<void>;
  /** Every link is there; nodes are as planned. */
  wired(): Promise<Readonly<Record<string, NodeProcess>>>;
}

export interface SandboxPlan {
  readonly paths: LabPaths;
  readonly lock: LabLock;
  readonly topology: Topology;
  readonly cgroup: string;
  readonly layout: CgroupLayout;
  /** Nodes that run BGP. */
  readonly speakers: number;
}

/** It joins the lab's cgroups, for which the kernel takes its time, and waits for its plan. @throws NW1703 */
export async function startSandbox(context: LabContext, plan: SandboxPlan): Promise<LabBirth> {
  const { paths, lock, cgroup, layout } = plan;
  const log = `${paths.logs}/sandbox.log`;
  const errors = openSync(log, "a", 0o640);
  const held = await makeCgroups(layout, cgroup, plan.speakers);
  const roots = layout.hierarchies.map(({ mountPoint }) => mountPoint);
  const program = `${paths.scripts}/${labProgramFile}`;
  try {
    const child = spawn("perl", [program, paths.directory, cgroup, layout.version, ...roots], {
      detached: true,
      cwd: "/",
      env: sandboxEnvironment,
      stdio: ["pipe", "pipe", errors, lock.descriptor, held ?? "ignore"],
    });
    const report = new LabReport(plan.topology, log);
    listen(child, report);
    const input = child.stdin as Writable;
    // Why it reads no more, it tells itself.
    input.on("error", () => {});
    return {
      begin: (text) => void input.write(text),
      filled: () => void input.end(),
      sandbox: async () => {
        await report.sandbox;
        const inner = await sandboxProcess(context, paths);
        if (inner === undefined)
          throw new NetwrightError("NW1703", "the sandbox ended at once", { hint: `see ${log}` });
        return inner.pid;
      },
      nodes: () => report.nodes,
      wired: () => report.wired,
    };
  } finally {
    closeSync(errors);
    if (held !== undefined) closeSync(held);
  }
}

/** The lab outlives us. */
function listen(child: ChildProcess, report: LabReport): void {
  const lines = createInterface({ input: child.stdout as Readable });
  lines.on("line", (line) => report.hear(line));
  lines.once("close", () => {
    report.end();
    child.unref();
  });
  child.once("error", (cause) => {
    report.fail(new NetwrightError("NW1703", `the sandbox cannot be started: ${messageOf(cause)}`, { cause }));
  });
}
