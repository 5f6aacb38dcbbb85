import { mkdirSync } from "node:fs";
import { systemClock } from "@netwright/base/node-clock.ts";
import type { NodePaths, NodeSystem } from "@netwright/contract";
import { nodeFiles } from "./files.ts";
import { nodeProcesses } from "./processes.ts";
import { nodeRunner } from "./runner.ts";

/** The node this program runs on. Creates the two directories where they are missing. */
export function nodeSystem(paths: NodePaths): NodeSystem {
  mkdirSync(paths.run, { recursive: true, mode: 0o755 });
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  return { runner: nodeRunner, files: nodeFiles, processes: nodeProcesses, clock: systemClock, paths };
}
