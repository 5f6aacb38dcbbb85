/** Which volumes are on this host. */
import type { NodePaths, NodeSystem } from "@netwright/contract";
import { volumesDirectory } from "./layout.ts";

export interface VolumesHave {
  readonly paths: NodePaths;
  /** Ids of volumes that are whole. */
  readonly ids: ReadonlySet<string>;
}

export const observeVolumes = async (system: NodeSystem): Promise<VolumesHave> => ({
  paths: system.paths,
  ids: new Set(await readVolumes(system)),
});

/** Ids of the volumes that are on this host, sorted. */
export async function readVolumes({ files, paths }: Pick<NodeSystem, "files" | "paths">): Promise<readonly string[]> {
  return (await files.list(volumesDirectory(paths))).filter((name) => !name.startsWith("."));
}
