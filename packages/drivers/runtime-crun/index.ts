/** Slot `runtime`: containers by crun, supervised by a script of their own, with limits that bite. */
import type { Driver, NodeSystem } from "@netwright/contract";
import { missingForImages } from "../image-store/index.ts";
import { apply } from "./apply.ts";
import { readHierarchies } from "./hierarchies.ts";
import { observe, type RuntimeHave } from "./observe.ts";
import { describe, plan, type RuntimeChange } from "./plan.ts";
import { want, type RuntimeWant } from "./want.ts";

export { execCommand, readRunningAs, refusalOf, refusedStatus } from "./exec.ts";
export { readRuntime, type ContainerExit, type ContainerFacts, type ContainerPhase, type ExitReason } from "./facts.ts";
export { logPath } from "./layout.ts";
export { isListening, readSockets, type Sockets } from "./listening.ts";
export { rotateLogs } from "./logs.ts";
export type { Hierarchies } from "./control-groups.ts";
export { readHierarchies } from "./hierarchies.ts";
export { containerMeter, pressureIn, type ContainerMeter } from "./usage.ts";
export { containerOf } from "./want.ts";
export { probeHealth, type ProbeResult } from "./probe-health.ts";

export const runtimeCrun: Driver<RuntimeWant, RuntimeHave, RuntimeChange> = {
  slot: "runtime",
  name: "crun",
  probe,
  want,
  observe,
  plan,
  apply,
  describe,
};

async function probe({ runner, files }: NodeSystem): Promise<readonly string[]> {
  const crun = await runner.find("crun");
  const [hierarchies, images] = await Promise.all([readHierarchies(files), missingForImages({ runner, files })]);
  const limits = {
    cpu: "CPU quotas",
    memory: "memory limits",
    pids: "limits of processes",
    io: "limits of reading and writing",
  } as const;
  return [
    ...(crun !== undefined ? [] : ["crun is not installed (package crun)"]),
    ...((await files.exists("/usr/bin/tini")) ? [] : ["tini is not installed (package tini)"]),
    ...Object.entries(limits)
      .filter(([controller]) => hierarchies[controller as keyof typeof limits] === undefined)
      .map(([controller, what]) => `no control group hierarchy with ${controller} is mounted: ${what} have no effect`),
    ...images,
  ];
}
