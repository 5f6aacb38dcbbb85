/**
 * The layers of an image, with what the container writes above them. What the manifest says wins over what the image
 * says: `command` takes the place of Entrypoint and Cmd, `args` of Cmd, `env` adds to Env. Pure.
 */
import { NetwrightError } from "@netwright/base";
import type { NodePaths } from "@netwright/contract";
import type { ImageRecord } from "../image-store/index.ts";
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

/** The host's, which needs no library of the image; nothing of the image is hidden by it. */
const init = { source: "/usr/bin/tini-static", destination: "/dev/init" };

/** Files that name the container itself and whom it asks for names, unless the manifest brings its own. */
function namesOf(instance: ContainerInstance): Readonly<Record<string, string>> {
  const { id, address } = instance;
  return {
    [resolvConfPath]: resolvConf(instance),
    "/etc/hostname": `${id}\n`,
    "/etc/hosts": `127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n${address} ${id}\n`,
  };
}

const own = (instance: ContainerInstance): readonly (readonly [string, string])[] =>
  Object.entries(namesOf(instance)).filter(([path]) => instance.run.files.every((file) => file.path !== path));

export function imageFiles(instance: ContainerInstance, paths: NodePaths): readonly PlacedFile[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  for (const { path } of instance.run.files) checkFilePath(path);
  return [
    ...own(instance).map(([path, text]) => ({
      path: `${directory}/names${path}`,
      content: Buffer.from(text).toString("base64"),
      mode: 0o644,
    })),
    ...instance.run.files.map((file) => ({
      path: `${directory}/files${file.path}`,
      content: contentOf(instance, file),
      mode: file.mode,
    })),
  ];
}

export function imageRoot(instance: ContainerInstance, paths: NodePaths, image: ImageRecord): RootParts {
  const { id, run } = instance;
  const { uid, gid, groups, home } = image.user;
  return {
    args: [init.destination, "--", ...commandOf(instance, image)],
    env: environment([`HOME=${home ?? "/"}`, `HOSTNAME=${id}`], image.env, assignments(instance)),
    cwd: run.workingDir ?? image.workingDir,
    user: { uid, gid, ...(groups.length === 0 ? {} : { additionalGids: groups }) },
    readonly: run.writableRoot !== true,
    mounts: [
      bound(init.destination, init.source),
      ...scratchMounts(instance),
      ...volumeMounts(run.volumes, bundleOf(paths, generationOf(instance)).directory),
      ...fileMounts(instance, paths),
      ...identityMounts(instance, paths),
    ],
    masked: [],
  };
}

/** What programs expect to be able to write to; with what the image has there. */
const scratch = ["/run", "/tmp", "/var/tmp"];

function scratchMounts({ run: { writable = [], writableRoot } }: ContainerInstance): readonly Mount[] {
  const paths = writableRoot === true ? writable : [...new Set([...scratch, ...writable])];
  return paths.toSorted().map((path) => tmpfs(path, "nodev", "mode=1777", "size=64m", "tmpcopyup"));
}

function commandOf({ run }: ContainerInstance, { entrypoint, cmd }: ImageRecord): readonly string[] {
  const args = run.args ?? [];
  if (run.command.length > 0) return [...run.command, ...args];
  const command = [...entrypoint, ...(args.length > 0 ? args : cmd)];
  if (command.length > 0) return command;
  throw new NetwrightError("NW1611", "its image says not what to run", { hint: "write command in the manifest" });
}

/** Each over its place in the image: directories keep the owner and the mode that the image gives them. */
function fileMounts(instance: ContainerInstance, paths: NodePaths): readonly Mount[] {
  const { directory } = bundleOf(paths, generationOf(instance));
  return [
    ...own(instance).map(([path]) => bound(path, `${directory}/names${path}`)),
    ...instance.run.files.map(({ path }) => bound(path, `${directory}/files${path}`)),
  ];
}
