import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import type { LabContext } from "@netwright/lab";
import { nodeFiles, nodeProcesses, nodeRunner } from "@netwright/system";

/** The machine that labs of this command line stand on. */
export const labContext: LabContext = {
  runner: nodeRunner,
  files: nodeFiles,
  processes: nodeProcesses,
  clock: systemClock,
  entropy: systemEntropy,
};
