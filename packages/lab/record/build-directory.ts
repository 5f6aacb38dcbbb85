/** Fills a lab's directory: scripts, and what every node finds under /etc and /var/lib/netwright. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NodeFile } from "../programs/program.ts";
import { nodesProgram, nodesScript, nodesSteps } from "../sandbox/node-script.ts";
import { superviseScript } from "../sandbox/programs-script.ts";
import type { CgroupLayout } from "../sandbox/cgroups.ts";
import { innerScript, sandboxFstab } from "../sandbox/sandbox-script.ts";
import type { Topology } from "../topology/topology.ts";
import { nodePaths, type LabPaths } from "./paths.ts";

/** Synchronous and without fsync: hundreds of small files on a memory file system that a reboot empties. */
export function buildDirectory(
  paths: LabPaths,
  topology: Topology,
  layout: CgroupLayout,
  files: readonly NodeFile[],
): void {
  for (const directory of [paths.scripts, paths.logs, paths.state, paths.run])
    mkdirSync(directory, { recursive: true });
  mkdirSync(paths.nodes, { mode: 0o700 });
  for (const node of topology.nodes) {
    const { etc, work, lib } = nodePaths(paths, node.name);
    for (const directory of [etc, work, lib]) mkdirSync(directory, { recursive: true });
  }
  writeNodeFiles(paths, files);
  const scripts = {
    fstab: sandboxFstab(layout),
    "sandbox.sh": innerScript,
    "nodes.pl": nodesProgram,
    "nodes.txt": nodesSteps(paths, topology),
    "nodes.sh": nodesScript(paths),
    "supervise.sh": superviseScript,
  };
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(paths.scripts, name), text);
}

export function writeNodeFiles(paths: LabPaths, files: readonly NodeFile[]): void {
  for (const { node, place, path, content, mode } of files) {
    const target = join(nodePaths(paths, node)[place], path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
  }
}
