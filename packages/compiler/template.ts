/** What a tier's instances run, in the form that hosts get, and its identity. */
import { createHash } from "node:crypto";
import { fileBase64, type Workload, type WorkloadTier } from "@netwright/api";
import type { ContainerRun } from "@netwright/contract";
import type { TemplateEntry } from "./ledger.ts";

/** Equal workloads have equal hashes; a change of health checks alone replaces nothing. */
export function templateOf(project: string, service: string, { name: tier, workload }: WorkloadTier): TemplateEntry {
  const run = runOf(workload);
  const hash = createHash("sha256")
    .update(JSON.stringify([run, workload.port]))
    .digest("hex")
    .slice(0, 16);
  return { kind: "Template", project, service, tier, hash, run, port: workload.port };
}

function runOf({ image, command, env, files, resources, stopGracePeriod }: Workload): ContainerRun {
  return {
    kind: "Container",
    image,
    command,
    env: env.map(({ name, value }) => ({ name, value })),
    files: files
      .map((file) => ({ path: file.path, content: fileBase64(file), mode: file.mode }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    resources: { cpuMillis: resources.cpu ?? null, memoryBytes: resources.memory ?? null, pids: resources.pids },
    stopGracePeriod,
  };
}
