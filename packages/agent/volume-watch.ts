/** How full the volumes of this node are. They are looked at seldom: they fill slowly, and there may be many. */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { HostState, InstanceReport, NodeSystem, VolumeUsage } from "@netwright/contract";
import { readUsage } from "@netwright/drivers/volumes-ext4/index.ts";

const interval = milliseconds(10_000);

export class VolumeWatch {
  readonly #system: NodeSystem;
  #usage: readonly VolumeUsage[] = [];
  /** Volumes and who has them, when they were looked at. */
  #looked = "";
  #nextAt: Milliseconds = milliseconds(0);

  constructor(system: NodeSystem) {
    this.#system = system;
  }

  /** Anew when it is time, or when volumes came, went, or were taken. By id. */
  async look(
    ids: readonly string[],
    state: HostState,
    instances: readonly InstanceReport[],
  ): Promise<readonly VolumeUsage[]> {
    const mounts = mountsOf(state, instances);
    const looked = JSON.stringify([ids, [...mounts]]);
    const now = this.#system.clock.monotonic();
    if (looked === this.#looked && now < this.#nextAt) return this.#usage;
    this.#usage = await readUsage(this.#system.paths, ids, mounts);
    this.#looked = looked;
    this.#nextAt = milliseconds(now + interval);
    return this.#usage;
  }
}

/** By volume: its directory as the instance sees it that has it. */
export function mountsOf(state: HostState, instances: readonly InstanceReport[]): ReadonlyMap<string, string> {
  const pids = new Map(instances.map(({ project, id, pid }) => [`${project}/${id}`, pid]));
  const mounts = state.networks.flatMap(({ project, workloads }) =>
    workloads.flatMap(({ id, run }) => {
      const pid = pids.get(`${project}/${id}`) ?? null;
      if (run.kind !== "Container" || pid === null) return [];
      return (run.volumes ?? []).flatMap((mount) =>
        mount.kind === "Volume" ? [[mount.id, `/proc/${pid}/root${mount.path}`] as const] : [],
      );
    }),
  );
  return new Map(mounts);
}
