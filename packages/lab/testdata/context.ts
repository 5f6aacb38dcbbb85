/** The real machine and stand-ins for the programs, for tests. */
import { readFileSync } from "node:fs";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import { kinds, type Lab } from "@netwright/api";
import { nodeFiles, nodeProcesses, nodeRunner } from "@netwright/system";
import type { LabContext } from "../context.ts";
import type { LabPrograms } from "../programs/netwright.ts";

export const context: LabContext = {
  runner: nodeRunner,
  files: nodeFiles,
  processes: nodeProcesses,
  clock: systemClock,
  entropy: systemEntropy,
};

const script = (name: string): string => new URL(name, import.meta.url).pathname;

export const programs: LabPrograms = {
  server: [process.execPath, script("stand-in-server.ts")],
  agent: [process.execPath, script("stand-in-agent.ts")],
};

/** A manifest beside this file. */
export const readLab = (name: string): Lab =>
  kinds.Lab.complete(kinds.Lab.schema.parse(JSON.parse(readFileSync(script(name), "utf8")))) as Lab;
