/** What a tier's instances run, in the form that hosts get, and its identity. */
import { createHash } from "node:crypto";
import type { Workload, WorkloadTier } from "@netwright/api";
import { parseImageReference, type Digest } from "@netwright/base";
import type { ContainerRun, IoLimits, Resources } from "@netwright/contract";
import type { TemplateEntry } from "./ledger-entries.ts";
import type { ObjectSet } from "./objects.ts";
import { templateVolumes } from "./volumes.ts";
import { envOf, filesOf, type Values } from "./workload-values.ts";

/** Equal workloads have equal hashes; a change of health checks alone replaces nothing, one of a value it uses does. */
export function templateOf(
  objects: Pick<ObjectSet, "secrets" | "configs">,
  { project, name: service }: { readonly project: string; readonly name: string },
  { name: tier, workload, mutualTls }: WorkloadTier,
): TemplateEntry {
  const values: Values = { objects, project, sealed: new Map() };
  const tls = mutualTls === undefined ? {} : { tls: mutualTls.directory };
  const run = { ...runOf(workload, values), ...tls };
  const hash = createHash("sha256")
    .update(JSON.stringify([run, workload.port]))
    .digest("hex")
    .slice(0, 16);
  const sealed = values.sealed.size === 0 ? {} : { sealed: Object.fromEntries(values.sealed) };
  return { kind: "Template", project, service, tier, hash, run, port: workload.port, ...sealed };
}

function runOf(workload: Workload, values: Values): ContainerRun {
  const { image, command, args, volumes = [], stopGracePeriod } = workload;
  return {
    kind: "Container",
    image,
    command,
    env: envOf(workload, values),
    files: filesOf(workload, values),
    resources: resourcesOf(workload),
    stopGracePeriod,
    // What is not there stands in no hash, so that what runs since before it could be there runs on.
    ...(args.length === 0 ? {} : { args }),
    ...processOf(workload),
    ...(volumes.length === 0 ? {} : { volumes: templateVolumes(volumes) }),
    ...writtenDigest(image),
  };
}

function resourcesOf({ resources: { cpu, memory, pids, io } }: Workload): Resources {
  const limits: IoLimits = {
    ...(io?.readBandwidth === undefined ? {} : { readBytes: io.readBandwidth }),
    ...(io?.writeBandwidth === undefined ? {} : { writeBytes: io.writeBandwidth }),
    ...(io?.readIops === undefined ? {} : { readOperations: io.readIops }),
    ...(io?.writeIops === undefined ? {} : { writeOperations: io.writeIops }),
  };
  const none = Object.keys(limits).length === 0;
  return { cpuMillis: cpu ?? null, memoryBytes: memory ?? null, pids, ...(none ? {} : { io: limits }) };
}

const defaultEphemeralStorage = 2 ** 30;

function processOf(workload: Workload): Partial<ContainerRun> {
  const { workingDir, user, readOnlyRoot, writable = [], stopSignal, image, resources } = workload;
  return {
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(user === undefined ? {} : { user }),
    ...(readOnlyRoot || image === "host"
      ? {}
      : { writableRoot: true, writableBytes: resources.ephemeralStorage ?? defaultEphemeralStorage }),
    ...(writable.length === 0 ? {} : { writable: writable.toSorted() }),
    ...(stopSignal === undefined ? {} : { stopSignal }),
  };
}

/** What a manifest pins itself is never looked up. */
function writtenDigest(image: string): { readonly digest?: Digest } {
  const reference = parseImageReference(image);
  return reference.kind === "Registry" && reference.digest !== null ? { digest: reference.digest } : {};
}
