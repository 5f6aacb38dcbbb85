/** The OCI bundle of a generation: configuration and files. Pure. */
import type { NodePaths } from "@netwright/contract";
import type { ImageRecord } from "../image-store/index.ts";
import { hostFiles, hostRoot } from "./host-root.ts";
import { imageFiles, imageRoot } from "./image-root.ts";
import { seccomp } from "./seccomp.ts";
import { tmpfs, type Mount, type PlacedFile } from "./root-parts.ts";
import type { ContainerInstance } from "./want.ts";

const hiddenInProc = ["acpi", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"];
const readonlyInProc = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

const systemMounts: readonly Mount[] = [
  { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "nodev", "noexec"] },
  tmpfs("/dev", "mode=755", "size=64k"),
  {
    destination: "/dev/pts",
    type: "devpts",
    source: "devpts",
    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
  },
  tmpfs("/dev/shm", "nodev", "noexec", "mode=1777", "size=64m"),
];

/** What a container has for its root directory. */
export type Root =
  | { readonly kind: "Host"; readonly names: readonly string[] }
  | { readonly kind: "Image"; readonly image: ImageRecord };

/** The files of a manifest that lie beside the bundle's configuration, and what the container's own names are. */
export function bundleFiles(instance: ContainerInstance, paths: NodePaths, root: Root): readonly PlacedFile[] {
  return root.kind === "Host" ? hostFiles(instance, paths, root.names) : imageFiles(instance, paths);
}

/** The OCI runtime configuration. */
export function bundleConfig(instance: ContainerInstance, paths: NodePaths, root: Root): object {
  const { id, netns } = instance;
  const own = root.kind === "Host" ? hostRoot(instance, paths, root.names) : imageRoot(instance, paths, root.image);
  const namespaces = ["pid", "ipc", "uts", "mount"].map((type) => ({ type }));
  return {
    ociVersion: "1.0.0",
    process: {
      args: own.args,
      env: own.env,
      cwd: own.cwd,
      user: own.user,
      capabilities: {},
      noNewPrivileges: true,
      // Before the engines, where the whole host runs out of memory.
      oomScoreAdj: 300,
    },
    root: { path: "rootfs", readonly: own.readonly },
    hostname: id,
    mounts: [...systemMounts, ...own.mounts],
    linux: {
      namespaces: [...namespaces, { type: "network", path: `/run/netns/${netns}` }],
      // No capability is needed for ports below 1024.
      sysctl: { "net.ipv4.ip_unprivileged_port_start": "0" },
      maskedPaths: [...own.masked, ...hiddenInProc.map((name) => `/proc/${name}`)],
      readonlyPaths: readonlyInProc.map((name) => `/proc/${name}`),
      seccomp,
    },
  };
}
