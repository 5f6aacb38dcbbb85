/** `lab up`: from nothing, or from whatever an earlier attempt left, to a lab that stands. */
import { NetwrightError, messageOf, seconds } from "@netwright/base";
import type { Lab } from "@netwright/api";
import type { LabContext } from "../context.ts";
import { runStage, type OnProgress } from "../progress.ts";
import type { LabPrograms } from "../programs/netwright.ts";
import { withLabLock } from "../record/lock.ts";
import { defaultLabName, labPaths } from "../record/paths.ts";
import { readRecord, writeRecord, type LabRecord } from "../record/record.ts";
import { requireMachine } from "../requirements.ts";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import type { Topology } from "../topology/topology.ts";
import { buildLab, type BuildPlan } from "./build.ts";
import { isHealthy } from "./health.ts";
import { removeLab } from "./remove.ts";

export interface UpOptions {
  /** The manifest's name when left out, `default` without a manifest. */
  readonly name?: string;
  readonly manifest?: Lab;
  /** Of the default lab; 3 when left out. */
  readonly hosts?: number;
  readonly programs: LabPrograms;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface UpResult {
  readonly record: LabRecord;
  /** False when the lab stood already and was left alone. */
  readonly built: boolean;
}

/**
 * Running it twice is fine. A lab that is broken or was never finished is removed and built anew.
 * @throws NW1702 when a lab of this name stands with another topology, NW1703 and NW1605 when it cannot be built:
 * what was built until then stays for inspection, until `down` or the next `up`.
 */
export async function up(context: LabContext, options: UpOptions): Promise<UpResult> {
  const { manifest, hosts, onProgress = () => {} } = options;
  const name = options.name ?? manifest?.metadata.name ?? defaultLabName;
  const topology = planLab(manifest ?? defaultLab(hosts === undefined ? {} : { hosts }));
  await requireMachine(topology);
  const paths = labPaths(name);
  return withLabLock(paths, seconds(60), async (lock) => {
    const found = await readRecord(context.files, paths);
    if (found !== undefined && (await isHealthy(context, paths, found))) {
      const anyTopology = manifest === undefined && hosts === undefined;
      if (!anyTopology) requireSame(found, topology);
      return { record: found, built: false };
    }
    if (found !== undefined) {
      await runStage(
        context.clock,
        onProgress,
        "clean up",
        () => removeLab(context, paths),
        () => "an earlier lab that was not whole",
      );
    }
    const record = await buildOrFail(context, { name, topology, lock, paths, ...options, onProgress });
    return { record, built: true };
  });
}

function requireSame({ name, topology }: LabRecord, wanted: Topology): void {
  if (JSON.stringify(topology) === JSON.stringify(wanted)) return;
  throw new NetwrightError("NW1702", `the lab ${name} stands already, with other nodes or links`, {
    hint: `netwright lab down ${name}, or give the new one another name`,
  });
}

async function buildOrFail(context: LabContext, plan: BuildPlan): Promise<LabRecord> {
  try {
    return await buildLab(context, plan);
  } catch (error) {
    const record = await readRecord(context.files, plan.paths);
    if (record !== undefined)
      await writeRecord(context.files, plan.paths, { ...record, phase: "Failed", problem: messageOf(error) });
    throw error;
  }
}
