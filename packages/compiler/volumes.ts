/** Volumes as templates name them, and as hosts get them. Pure. */
import type { Workload } from "@netwright/api";
import type { ContainerRun, VolumeMount, VolumeState } from "@netwright/contract";
import type { DiscardedVolumeEntry, InstanceEntry, TemplateEntry, VolumeEntry } from "./ledger-entries.ts";

type Written = NonNullable<Workload["volumes"]>;

/** For all instances of a tier: in the place of an id stands the name of the volume. */
export const templateVolumes = (volumes: Written): readonly VolumeMount[] =>
  volumes
    .map(({ name, hostPath, path, size, readOnly }): VolumeMount =>
      name === undefined
        ? { kind: "HostPath", source: hostPath ?? "", path, readOnly }
        : { kind: "Volume", id: name, path, readOnly, sizeBytes: size ?? 0 },
    )
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));

type NamedMount = Extract<VolumeMount, { kind: "Volume" }>;

/** Those with data of their own. */
export const namedVolumes = (template: Pick<TemplateEntry, "run"> | undefined): readonly NamedMount[] =>
  (template?.run.volumes ?? []).filter((each) => each.kind === "Volume");

export const hostPaths = (template: Pick<TemplateEntry, "run"> | undefined) =>
  (template?.run.volumes ?? []).filter((each) => each.kind === "HostPath");

/** The id by which a host knows it. */
export const volumeId = ({ project, name, serial }: Pick<VolumeEntry, "project" | "name" | "serial">): string =>
  `${project}.${name}.${serial}`;

/** The template's volumes, each the instance's own. */
export function runWithVolumes(run: ContainerRun, { project, volumes = [] }: InstanceEntry): ContainerRun {
  if (run.volumes === undefined) return run;
  const own = new Map(volumes.map((use) => [use.volume, volumeId({ project, ...use })]));
  return {
    ...run,
    volumes: run.volumes.map((mount) =>
      mount.kind === "Volume" ? { ...mount, id: own.get(mount.id) ?? mount.id } : mount,
    ),
  };
}

export const volumeState = (entry: VolumeEntry | DiscardedVolumeEntry): VolumeState => ({
  id: volumeId(entry),
  sizeBytes: entry.size,
  phase: entry.kind === "DiscardedVolume" ? "Discarded" : entry.made ? "Made" : "New",
});
