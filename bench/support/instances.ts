/** Instances of a lab, and the processes in them. */
import { readdirSync, readFileSync } from "node:fs";
import type { BenchLab } from "./lab.ts";

/** Host by name of the instance. */
export async function hostsOf(lab: BenchLab, service: string, tier: string): Promise<ReadonlyMap<string, string>> {
  const { items } = await lab.client.list("Instance");
  const ours = items.filter(({ metadata }) => metadata.name.startsWith(`${service}-${tier}-`));
  return new Map(ours.map(({ metadata, spec }) => [metadata.name, String(spec?.["host"])]));
}

/** Processes of that name in the instance's control group, as this process sees them. @param instance of project default */
export const processesOf = (instance: string, name: string): readonly number[] =>
  readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => isIn(pid, instance) && read(`/proc/${pid}/comm`).trim() === name)
    .map(Number);

const isIn = (pid: string, instance: string): boolean => read(`/proc/${pid}/cgroup`).includes(`/default.${instance}@`);

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended meanwhile.
    return "";
  }
}
