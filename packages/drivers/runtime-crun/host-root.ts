/** `image: host`: a read-only view of the host's own file system. Pure. */
import type { ContainerRun, NodePaths } from "@netwright/contract";
import { bundleOf } from "./layout.ts";
import {
  assignments,
  bound,
  checkFilePath,
  contentOf,
  environment,
  identityMounts,
  resolvConf,
  resolvConfPath,
  tmpfs,
  type Mount,
  type PlacedFile,
  type RootParts,
} from "./root-parts.ts";
import { volumeMounts } from "./volume-mounts.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

/** Directories of the host that a workload sees, read-only, where they exist. All others it does not see at all. */
const shownDirectories = ["bin", "etc", "lib", "lib32", "lib64", "libx32", "opt", "sbin", "srv", "usr"];

/** What stays hidden in them, on top of being readable by root only. */
const hiddenInEtc =
  "shadow shadow- gshadow gshadow- sudoers sudoers.d ssh ssl/private netwright wireguard letsencrypt krb5.keytab bird " +
  "frr knot haproxy NetworkManager ppp";

/** `nobody` and `nogroup`: who a workload of the host's programs runs as and owns its files. */
export const hostUser = { uid: 65_534, gid: 65_534 };

/** Invariant: `user` has numbers only. */
export function ownerOf({ user }: Pick<ContainerRun, "user">): { readonly uid: number; readonly gid: number } {
  const [uid = `${hostUser.uid}`, gid = `${hostUser.gid}`] = user?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** Writable, empty at each start, counted against the workload's memory. */
const scratch = ["/run", "/tmp", "/var/tmp"];

const scratchMount = (path: string): Mount => tmpfs(path, "nodev", "mode=1777", "size=64m");

/** Where a workload's file lies in the bundle. */
type Place = "Root" | "Overlay" | "Bind";

function placeOf(path: string, names: readonly string[]): Place {
  checkFilePath(path);
  if (scratch.some((directory) => path.startsWith(`${directory}/`))) return "Bind";
  return shown(names).includes(path.split("/")[1] ?? "") ? "Overlay" : "Root";
}

const shown = (names: readonly string[]): readonly string[] => shownDirectories.filter((name) => names.includes(name));

/** The manifest's, and whom to ask for names, unless the manifest says that too. */
function filesOf(instance: ContainerInstance): ContainerInstance["run"]["files"] {
  const { files } = instance.run;
  if (files.some(({ path }) => path === resolvConfPath)) return files;
  const content = Buffer.from(resolvConf(instance)).toString("base64");
  return [...files, { path: resolvConfPath, content, mode: 0o644 }];
}

/** @param names in the host's root directory */
export function hostFiles(
  instance: ContainerInstance,
  paths: NodePaths,
  names: readonly string[],
): readonly PlacedFile[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  const files = filesOf(instance).map((file) => ({
    path: `${directory}/${placeOf(file.path, names) === "Root" ? "rootfs" : "files"}${file.path}`,
    content: contentOf(instance, file),
    mode: file.mode,
  }));
  // Directories come with their first file.
  const places = placesInShown(instance, names).map((path) => ({
    path: `${directory}/files${path}/.place`,
    content: "",
    mode: 0o644,
  }));
  return [...files, ...places];
}

export function hostRoot(instance: ContainerInstance, paths: NodePaths, names: readonly string[]): RootParts {
  const { run, id } = instance;
  return {
    // tini hands signals on and collects orphans; a command that is process 1 itself would ignore SIGTERM.
    args: ["/usr/bin/tini", "--", ...run.command, ...(run.args ?? [])],
    env: environment(["HOME=/tmp", `HOSTNAME=${id}`], assignments(instance)),
    cwd: run.workingDir ?? "/",
    user: ownerOf(run),
    readonly: true,
    mounts: [
      ...scratch.map(scratchMount),
      ...hostMounts(instance, paths, names),
      ...(run.writable ?? []).map(scratchMount),
      ...volumeMounts(run.volumes, bundleOf(paths, generationOf(instance)).directory),
      ...fileMounts(instance, paths, names),
      ...identityMounts(instance, paths),
    ],
    masked: hiddenInEtc.split(" ").map((path) => `/etc/${path}`),
  };
}

/** Volumes in a shown directory need a place there, which the overlay gives them. */
const placesInShown = ({ run }: ContainerInstance, names: readonly string[]): readonly string[] =>
  (run.volumes ?? []).map(({ path }) => path).filter((path) => shown(names).includes(path.split("/")[1] ?? ""));

/** A shown directory that the workload has files or volumes in is merged from both by an overlay without an upper layer. */
function hostMounts(instance: ContainerInstance, paths: NodePaths, names: readonly string[]): readonly Mount[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  const files = filesOf(instance)
    .map(({ path }) => path)
    .filter((path) => placeOf(path, names) === "Overlay");
  const merged = new Set([...files, ...placesInShown(instance, names)].map((path) => path.split("/")[1]));
  return shown(names).map((name) =>
    merged.has(name)
      ? {
          destination: `/${name}`,
          type: "overlay",
          source: "overlay",
          options: ["ro", "nosuid", "nodev", `lowerdir=${directory}/files/${name}:/${name}`],
        }
      : bound(`/${name}`, `/${name}`),
  );
}

/** A file in a writable directory is bound over it, read-only. */
function fileMounts(instance: ContainerInstance, paths: NodePaths, names: readonly string[]): readonly Mount[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  return filesOf(instance)
    .filter(({ path }) => placeOf(path, names) === "Bind")
    .map(({ path }) => bound(path, `${directory}/files${path}`));
}
