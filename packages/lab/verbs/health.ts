/** Whether a lab is what its record says. */
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import type { LabRecord } from "../record/record.ts";
import { sandboxProcess } from "../sandbox/stop-sandbox.ts";

/** Finished, and every node is there. Programs are started again by the lab itself. */
export async function isHealthy(context: LabContext, paths: LabPaths, record: LabRecord): Promise<boolean> {
  if (record.phase !== "Ready" || (await sandboxProcess(context, paths)) === undefined) return false;
  const alive = await Promise.all(Object.values(record.nodes).map(({ machine }) => context.processes.alive(machine)));
  return alive.every(Boolean);
}
