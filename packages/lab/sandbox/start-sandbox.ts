/** Starts a lab's sandbox: one process tree that needs nobody. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Readable } from "node:stream";
import { messageOf, NetwrightError } from "@netwright/base";
import type { ProcessId } from "@netwright/contract";
import type { LabContext } from "../context.ts";
import type { LabLock } from "../record/lock.ts";
import type { LabPaths } from "../record/paths.ts";
import type { CgroupLayout } from "./cgroups.ts";
import { sandboxEnvironment } from "./environment.ts";
import { makeCgroups } from "./lab-cgroups.ts";
import { sandboxProcess } from "./stop-sandbox.ts";
import { outerScript } from "./sandbox-script.ts";

/** @param speakers nodes that run BGP. @returns process 1 of the sandbox, when it stands. @throws NW1703 when it does not. */
export async function startSandbox(
  context: LabContext,
  paths: LabPaths,
  lock: LabLock,
  cgroup: string,
  layout: CgroupLayout,
  speakers: number,
): Promise<ProcessId> {
  const log = `${paths.logs}/sandbox.log`;
  const errors = openSync(log, "a", 0o640);
  const held = await makeCgroups(layout, cgroup, speakers);
  const roots = layout.hierarchies.map(({ mountPoint }) => mountPoint);
  try {
    const child = spawn("sh", ["-c", outerScript, "netwright-lab", paths.directory, cgroup, layout.version, ...roots], {
      detached: true,
      cwd: "/",
      env: sandboxEnvironment,
      stdio: ["ignore", "pipe", errors, lock.descriptor, held ?? "ignore"],
    });
    await ready(child, log);
    child.unref();
  } finally {
    closeSync(errors);
    if (held !== undefined) closeSync(held);
  }
  const inner = await sandboxProcess(context, paths);
  if (inner === undefined) throw new NetwrightError("NW1703", "the sandbox ended at once", { hint: `see ${log}` });
  return inner;
}

/** The sandbox says so when it stands; when it ends first, the pipe ends. */
function ready(child: ChildProcess, log: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const output = child.stdout as Readable;
    child.once("error", (cause) => {
      reject(new NetwrightError("NW1703", `the sandbox cannot be started: ${messageOf(cause)}`, { cause }));
    });
    output.once("end", () =>
      reject(new NetwrightError("NW1703", "the sandbox cannot be built", { hint: `see ${log}` })),
    );
    output.once("data", () => {
      resolve();
      output.destroy();
    });
  });
}
