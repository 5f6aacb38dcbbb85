/** How a program ended the last time, in words. Pure. */
import { constants } from "node:os";
import { printOctets, type Octets } from "@netwright/api/fields/amounts.ts";
import { formatDuration } from "@netwright/base";
import type { InstanceExit, WorkloadState } from "@netwright/contract";
import type { ContainerExit, ContainerFacts } from "@netwright/drivers/runtime-crun/index.ts";

export function exitOf(
  { run }: WorkloadState,
  { lastExit }: Pick<ContainerFacts, "lastExit">,
): InstanceExit | undefined {
  if (lastExit === null) return undefined;
  const memory = run.kind === "Container" ? run.resources.memoryBytes : null;
  const pause = lastExit.pause === null ? "soon" : `after ${formatDuration(lastExit.pause)}`;
  const message = `${endText(lastExit, memory)}; starts again ${pause}`;
  return { reason: lastExit.reason, message, at: lastExit.at };
}

const signals = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

function endText({ reason, status }: ContainerExit, memory: number | null): string {
  switch (reason) {
    case "OOMKilled":
      return memory === null
        ? "was killed because the host had no memory left"
        : `was killed because it used more than its ${printOctets(memory as Octets)} of memory`;
    case "Killed": {
      const number = (status ?? 128) - 128;
      return `was killed by ${signals.get(number) ?? `signal ${number}`}`;
    }
    case "StartFailed":
      return "could not be started";
    case "Exited":
      return `ended with status ${status}`;
    case "Unknown":
      return "ended, and nobody saw how";
  }
}
