/** Logs go with the instance that wrote them: nothing of it is left on a host that it is gone from. */
import { join } from "node:path";
import type { HostState, NodeSystem } from "@netwright/contract";
import { proxiesDirectory } from "@netwright/drivers/proxy-haproxy/layout.ts";
import { bundlesDirectory } from "@netwright/drivers/runtime-crun/layout.ts";

/** Keeps logs of instances that are wanted here, and of those that still have something that could write. */
export async function forgetOldLogs({ files, paths }: NodeSystem, state: HostState): Promise<void> {
  const directory = join(paths.state, "logs");
  const logs = await files.list(directory);
  const kept = new Set([
    ...state.networks.flatMap(({ project, workloads }) => workloads.map(({ id }) => `${project}.${id}`)),
    ...(await files.list(bundlesDirectory(paths))).map((generation) => generation.split("@")[0]),
    ...(await files.list(proxiesDirectory(paths))),
  ]);
  const old = logs.filter((name) => !kept.has(name.replace(/\.log(\.1)?$/, "")));
  await Promise.all(old.map((name) => files.remove(join(directory, name))));
}
