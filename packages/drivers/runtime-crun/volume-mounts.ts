/**
 * Volumes of one container. A named one is a file system in a file; it is mounted in the mount namespace that only the
 * container's own processes are in, so the mount and its loop device end with them, whatever is killed. Pure.
 */
import type { NodePaths, VolumeMount } from "@netwright/contract";
import { volumeFile } from "../volumes-ext4/index.ts";
import { quoted } from "./quoted.ts";
import type { Mount } from "./root-parts.ts";

type NamedMount = Extract<VolumeMount, { kind: "Volume" }>;
type Volumes = readonly VolumeMount[] | undefined;

const named = (volumes: Volumes = []): readonly NamedMount[] => volumes.filter((each) => each.kind === "Volume");

/** Files of the volumes, one a line. */
export const volumeFiles = (volumes: Volumes, paths: NodePaths): readonly string[] =>
  named(volumes).map(({ id }) => volumeFile(paths, id));

/** By path, so that none hides another. @param bundle the directory that they are mounted in */
export const volumeMounts = (volumes: Volumes = [], bundle: string): readonly Mount[] =>
  volumes.map((mount) => ({
    destination: mount.path,
    type: "bind",
    source: mount.kind === "HostPath" ? mount.source : `${bundle}/volumes/${mount.id}/data`,
    options: ["bind", ...(mount.readOnly ? ["ro"] : []), "nosuid", "nodev"],
  }));

/**
 * Mounts them all, or ends with an error. A file system that is smaller than its volume grows first, while nobody has it
 * mounted. Data lies in a directory of it, because the root of ext4 is never empty, and some databases want it so.
 */
export function mountScript(
  volumes: Volumes,
  paths: NodePaths,
  { bundle, uid, gid }: { readonly bundle: string; readonly uid: number; readonly gid: number },
): string {
  const each = named(volumes).map(
    ({ id, sizeBytes }) =>
      `volume ${quoted(volumeFile(paths, id))} ${sizeBytes} ${quoted(`${bundle}/volumes/${id}`)} ${uid}:${gid}`,
  );
  return `${[program, ...each].join("\n")}\n`;
}

const program = `#!/bin/sh
# Written by Netwright. Mounts the volumes of one container.
set -e
# Both are quiet when all is well; status 1 of e2fsck is of errors that were corrected.
check() {
  said=$(e2fsck "$@" 2>&1) && return
  status=$?
  echo "$said" >&2
  [ "$status" = 1 ]
}
grow() { said=$(resize2fs "$1" 2>&1) || { echo "$said" >&2; return 1; }; }
volume() { # FILE SIZE DIRECTORY OWNER
  [ -e "$1" ] || { echo "netwright: volume $1 is not on this host" >&2; exit 1; }
  exec 8<"$1"
  flock 8
  [ -z "$(losetup --noheadings --output NAME --associated "$1")" ] || { echo "netwright: volume $1 is in use" >&2; exit 1; }
  [ "$(stat -c %s "$1")" -ge "$2" ] || fallocate --length "$2" "$1"
  check -p "$1"
  resize2fs "$1" >/dev/null 2>&1 || { check -fp "$1"; grow "$1"; }
  mkdir -p "$3"
  mount -t ext4 -o loop,nosuid,nodev "$1" "$3"
  [ -d "$3/data" ] || mkdir "$3/data"
  chown "$4" "$3/data"
  exec 8<&-
}`;
