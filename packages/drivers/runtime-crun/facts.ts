/** What is to be told about containers: the driver's side of an instance's report. Starts no process. */
import { milliseconds, type Instant, type Milliseconds } from "@netwright/base";
import type { NodeSystem, ProcessId, WorkloadState } from "@netwright/contract";
import { bundleOf, bundlesDirectory, controlGroup } from "./layout.ts";
import { livingSupervisor } from "./observe.ts";
import { containerOf, generationOf } from "./want.ts";

/**
 * - `Absent`: no supervisor; a round will start one.
 * - `Waiting`: an older generation of the instance is still stopping.
 * - `Starting`, `Running`: as they say.
 * - `BackOff`: it ended and will be started again.
 * - `Stopping`: told to stop, or only an older generation is left, which is stopping.
 */
export type ContainerPhase = "Absent" | "Waiting" | "Starting" | "Running" | "BackOff" | "Stopping";

export type ExitReason = "OOMKilled" | "Exited" | "Killed" | "StartFailed" | "Unknown";

export interface ContainerExit {
  readonly reason: ExitReason;
  /** Exit status, 128 plus the signal's number for one that was killed; null when nobody saw it. */
  readonly status: number | null;
  readonly at: Instant;
  /** It is started again after this; null where an older supervisor did not say. */
  readonly pause: Milliseconds | null;
}

export interface ContainerFacts {
  readonly project: string;
  readonly id: string;
  readonly phase: ContainerPhase;
  /** Of its first process, as the host counts; null unless it runs. */
  readonly pid: number | null;
  readonly startedAt: Instant | null;
  readonly restarts: number;
  readonly lastExit: ContainerExit | null;
  /** Limits that have no effect on this host, in words; null where all have. */
  readonly unlimited: string | null;
}

export async function readRuntime(
  system: NodeSystem,
  workloads: readonly { readonly project: string; readonly workload: WorkloadState }[],
): Promise<readonly ContainerFacts[]> {
  const bundles = await system.files.list(bundlesDirectory(system.paths));
  const facts = workloads.map(async ({ project, workload }) => {
    const instance = containerOf({ project }, workload);
    return instance === undefined ? [] : [{ project, id: workload.id, ...(await read(system, instance, bundles)) }];
  });
  return (await Promise.all(facts)).flat();
}

async function read(
  system: NodeSystem,
  instance: NonNullable<ReturnType<typeof containerOf>>,
  bundles: readonly string[],
): Promise<Omit<ContainerFacts, "project" | "id">> {
  const { files, processes, paths } = system;
  const generation = generationOf(instance);
  const bundle = bundleOf(paths, generation);
  const [supervisor, exit, pid, stopping, waiting, unlimited = null] = await Promise.all([
    livingSupervisor(system, bundle),
    files.read(bundle.exit),
    runningPid(system, generation),
    files.exists(bundle.stop),
    files.exists(bundle.waiting),
    files.read(bundle.unlimited),
  ]);
  const last = parseExit(exit ?? "");
  const older = bundles.some((name) => name !== generation && name.startsWith(`${instance.name}@`));
  const phase = ((): ContainerPhase => {
    if (stopping) return "Stopping";
    if (supervisor === null) return older ? "Stopping" : "Absent";
    if (pid !== null) return "Running";
    if (waiting) return "Waiting";
    return last === null ? "Starting" : "BackOff";
  })();
  const startedAt = pid === null ? undefined : await processes.startedAt(pid);
  const restarts = last === null ? 0 : last.restarts + (pid === null ? 0 : 1);
  const lastExit = last?.exit ?? null;
  return { phase, pid: pid?.pid ?? null, startedAt: startedAt ?? null, restarts, lastExit, unlimited };
}

/** The container's first process; null unless it lives in the generation's own control group. */
export async function runningPid(
  { files, processes, paths }: NodeSystem,
  generation: string,
): Promise<ProcessId | null> {
  const pid = Number((await files.read(bundleOf(paths, generation).pid)) ?? Number.NaN);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const groups = (await files.read(`/proc/${pid}/cgroup`).catch(() => undefined)) ?? "";
  return groups.includes(controlGroup(paths, generation)) ? ((await processes.identify(pid)) ?? null) : null;
}

/** `STATUS MILLISECONDS RESTARTS OOMKILLS PAUSE`; the status is `-` when nobody saw it. */
export function parseExit(line: string): { readonly exit: ContainerExit; readonly restarts: number } | null {
  const [status = "", at = "", restarts = "", kills = "", pause] = line.trim().split(" ");
  if (!/^\d+$/.test(at)) return null;
  const code = status === "-" ? null : Number(status);
  return {
    exit: {
      reason: reasonOf(code, Number(kills)),
      status: code,
      at: Number(at) as Instant,
      pause: pause === undefined ? null : milliseconds(Number(pause)),
    },
    restarts: Number(restarts),
  };
}

/** Status 125 is the supervisor's own: it could not make or enter the control groups. */
function reasonOf(status: number | null, kills: number): ExitReason {
  if (status === null) return "Unknown";
  if (kills > 0 && status !== 0) return "OOMKilled";
  if (status === 125) return "StartFailed";
  return status > 128 ? "Killed" : "Exited";
}
