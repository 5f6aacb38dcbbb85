/** Fills a lab's directory: scripts, and what every node finds under /etc and /var/lib/netwright. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NodeFile } from "../programs/program.ts";
import { labProgram } from "../sandbox/lab-program.ts";
import { superviseScript } from "../sandbox/programs-script.ts";
import type { Topology } from "../topology/topology.ts";
import { wiringText } from "../wiring/ip-text.ts";
import { nodePaths, type LabPaths } from "./paths.ts";

/** Under `scripts`. */
export const labProgramFile = "lab.pl";

/** What the lab's program needs before it is started. */
export function beginDirectory(paths: LabPaths): void {
  for (const directory of [paths.scripts, paths.logs, paths.run]) mkdirSync(directory, { recursive: true });
  mkdirSync(paths.nodes, { mode: 0o700 });
  writeFileSync(join(paths.scripts, labProgramFile), labProgram);
}

/** Synchronous and without fsync: hundreds of small files on a memory file system that a reboot empties. */
export function buildDirectory(paths: LabPaths, topology: Topology, files: readonly NodeFile[]): void {
  mkdirSync(paths.state, { recursive: true });
  for (const node of topology.nodes) {
    const { etc, work, lib } = nodePaths(paths, node.name);
    for (const directory of [etc, work, lib]) mkdirSync(directory, { recursive: true });
  }
  writeNodeFiles(paths, files);
  const scripts = {
    "links.txt": wiringText(topology),
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
