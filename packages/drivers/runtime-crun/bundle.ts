/** The OCI bundle of a generation: configuration and files. Pure. */
import { NetwrightError } from "@netwright/base";
import type { NodePaths, WorkloadFile } from "@netwright/contract";
import { bundleOf } from "./layout.ts";
import { seccomp } from "./seccomp.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

/** Directories of the host that a workload sees, read-only, where they exist. All others it does not see at all. */
const shownDirectories = ["bin", "etc", "lib", "lib32", "lib64", "libx32", "opt", "sbin", "srv", "usr"];

/** What stays hidden in them, on top of being readable by root only. */
const hiddenInEtc =
  "shadow shadow- gshadow gshadow- sudoers sudoers.d ssh ssl/private netwright wireguard letsencrypt krb5.keytab bird " +
  "frr knot haproxy NetworkManager ppp";

const hiddenInProc = ["acpi", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"];
const readonlyInProc = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

/** `nobody` and `nogroup`: who a workload runs as and owns its files. */
export const workloadUser = 65_534;

interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

const tmpfs = (destination: string, ...options: string[]): Mount => ({
  destination,
  type: "tmpfs",
  source: "tmpfs",
  options: ["nosuid", ...options],
});

/** Writable, empty at each start, counted against the workload's memory. */
const writable = ["/run", "/tmp", "/var/tmp"];

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
  ...writable.map((path) => tmpfs(path, "nodev", "mode=1777", "size=64m")),
];

export interface PlacedFile {
  /** Where it is written. */
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** Where a workload's file lies in the bundle. */
type Place = "Root" | "Overlay" | "Bind";

function placeOf(path: string, hostRoot: readonly string[]): Place {
  const top = path.split("/")[1] ?? "";
  if (!path.startsWith("/") || path.endsWith("/") || path.split("/").some((part) => part === ".." || part === ".")) {
    throw new NetwrightError("NW1203", `${JSON.stringify(path)} is not an absolute path of a file`);
  }
  if (["dev", "proc", "sys"].includes(top)) throw new NetwrightError("NW1203", `no file can be put at ${path}`);
  if (writable.some((directory) => path.startsWith(`${directory}/`))) return "Bind";
  return shown(hostRoot).includes(top) ? "Overlay" : "Root";
}

const shown = (hostRoot: readonly string[]): readonly string[] =>
  shownDirectories.filter((name) => hostRoot.includes(name));

/** Files to write before the start. `hostRoot`: the names in the host's root directory. */
export function bundleFiles(
  instance: ContainerInstance,
  paths: NodePaths,
  hostRoot: readonly string[],
): readonly PlacedFile[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  return instance.run.files.map((file: WorkloadFile) => ({
    path: `${directory}/${placeOf(file.path, hostRoot) === "Root" ? "rootfs" : "files"}${file.path}`,
    content: file.content,
    mode: file.mode,
  }));
}

/** The OCI runtime configuration. */
export function bundleConfig(instance: ContainerInstance, paths: NodePaths, hostRoot: readonly string[]): object {
  const { run, id, netns } = instance;
  if (run.image !== "host")
    throw new NetwrightError("NW1206", `image ${JSON.stringify(run.image)} cannot be run yet`, {
      hint: "write `image: host`",
    });
  const namespaces = ["pid", "ipc", "uts", "mount"].map((type) => ({ type }));
  return {
    ociVersion: "1.0.0",
    process: {
      // tini hands signals on and collects orphans; a command that is process 1 itself would ignore SIGTERM.
      args: ["/usr/bin/tini", "--", ...run.command],
      env: environment(instance),
      cwd: "/",
      user: { uid: workloadUser, gid: workloadUser },
      capabilities: {},
      noNewPrivileges: true,
      // Before the engines, where the whole host runs out of memory.
      oomScoreAdj: 300,
    },
    root: { path: "rootfs", readonly: true },
    hostname: id,
    mounts: [...systemMounts, ...hostMounts(instance, paths, hostRoot), ...fileMounts(instance, paths, hostRoot)],
    linux: {
      namespaces: [...namespaces, { type: "network", path: `/run/netns/${netns}` }],
      // No capability is needed for ports below 1024.
      sysctl: { "net.ipv4.ip_unprivileged_port_start": "0" },
      maskedPaths: [
        ...hiddenInEtc.split(" ").map((path) => `/etc/${path}`),
        ...hiddenInProc.map((name) => `/proc/${name}`),
      ],
      readonlyPaths: readonlyInProc.map((name) => `/proc/${name}`),
      seccomp,
    },
  };
}

function environment({ run, id }: ContainerInstance): readonly string[] {
  const defaults = [
    { name: "PATH", value: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    { name: "HOME", value: "/tmp" },
    { name: "HOSTNAME", value: id },
  ];
  const given = new Set(run.env.map(({ name }) => name));
  return [...defaults.filter(({ name }) => !given.has(name)), ...run.env].map(({ name, value }) => `${name}=${value}`);
}

/** A shown directory that the workload has files in is merged from both by an overlay without an upper layer. */
function hostMounts(instance: ContainerInstance, paths: NodePaths, hostRoot: readonly string[]): readonly Mount[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  const merged = new Set(
    instance.run.files
      .filter(({ path }) => placeOf(path, hostRoot) === "Overlay")
      .map(({ path }) => path.split("/")[1]),
  );
  return shown(hostRoot).map((name) =>
    merged.has(name)
      ? {
          destination: `/${name}`,
          type: "overlay",
          source: "overlay",
          options: ["ro", "nosuid", "nodev", `lowerdir=${directory}/files/${name}:/${name}`],
        }
      : { destination: `/${name}`, type: "bind", source: `/${name}`, options: ["bind", "ro", "nosuid", "nodev"] },
  );
}

/** A file in a writable directory is bound over it, read-only. */
function fileMounts(instance: ContainerInstance, paths: NodePaths, hostRoot: readonly string[]): readonly Mount[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  return instance.run.files
    .filter(({ path }) => placeOf(path, hostRoot) === "Bind")
    .map(({ path }) => ({
      destination: path,
      type: "bind",
      source: `${directory}/files${path}`,
      options: ["bind", "ro", "nosuid", "nodev"],
    }));
}
