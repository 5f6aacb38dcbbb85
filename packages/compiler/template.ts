/** What a tier's instances run, in the form that hosts get, and its identity. */
import { createHash } from "node:crypto";
import { fileBase64, type Workload, type WorkloadTier } from "@netwright/api";
import { parseImageReference, type Digest } from "@netwright/base";
import type { ContainerRun } from "@netwright/contract";
import type { TemplateEntry } from "./ledger.ts";
import { templateVolumes } from "./volumes.ts";

/** Equal workloads have equal hashes; a change of health checks alone replaces nothing. */
export function templateOf(project: string, service: string, { name: tier, workload }: WorkloadTier): TemplateEntry {
  const run = runOf(workload);
  const hash = createHash("sha256")
    .update(JSON.stringify([run, workload.port]))
    .digest("hex")
    .slice(0, 16);
  return { kind: "Template", project, service, tier, hash, run, port: workload.port };
}

function runOf({ image, command, args, env, files, volumes = [], resources, stopGracePeriod }: Workload): ContainerRun {
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
    // What is not there stands in no hash, so that what runs since before it could be there runs on.
    ...(args.length === 0 ? {} : { args }),
    ...(volumes.length === 0 ? {} : { volumes: templateVolumes(volumes) }),
    ...writtenDigest(image),
  };
}

/** What a manifest pins itself is never looked up. */
function writtenDigest(image: string): { readonly digest?: Digest } {
  const reference = parseImageReference(image);
  return reference.kind === "Registry" && reference.digest !== null ? { digest: reference.digest } : {};
}
