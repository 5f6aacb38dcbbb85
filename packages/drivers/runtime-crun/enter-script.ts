/**
 * The part of the supervising script that mounts the image, what is written over it, and the volumes, in a mount
 * namespace that only the container's own processes are in: the mounts end with them, whatever is killed. Pure.
 */
import type { ImageRecord } from "../image-store/index.ts";
import { writableFile, writableMount } from "./layout.ts";

interface Parts {
  readonly volumes: boolean;
  /** Null: what is written over the image has no limit of its own. */
  readonly writableBytes: number | null;
}

/** A function of the shell, `enter COMMAND...`. Every start begins with what the image has. */
export function enterScript(image: ImageRecord | null, { volumes, writableBytes }: Parts): readonly string[] {
  if (image === null && !volumes) return ['enter() { exec "$@"; }'];
  return [
    "enter() {",
    ...(image === null ? [] : [`  ${emptied(writableBytes)} || exit 125`]),
    "  exec unshare --mount --propagation private sh -c '",
    ...(image === null ? [] : [...limited(writableBytes), ...overlay]),
    ...(volumes ? ['    sh "$1/mounts.sh" || exit 125'] : []),
    '    [ ! -e "$1/io.sh" ] || sh "$1/io.sh" "$1"/volumes/* "$2/mount" || exit 125',
    "    shift 3",
    '    exec "$@"',
    `  ' sh "$bundle" "$writable" ${image === null ? "-" : `'${overlayOptions(image)}'`} "$@"`,
    "}",
  ];
}

const directories = (parent: string): string => `mkdir -p "${parent}/work" && mkdir -m 755 "${parent}/upper"`;

/** A file system of its own holds what is written where that is limited; its room is taken from the disk as it fills. */
function emptied(octets: number | null): string {
  if (octets === null) return `rm -rf "$writable" && ${directories("$writable")}`;
  const [file, mount] = [writableFile("$writable"), writableMount("$writable")];
  const make = `mkfs.ext4 -q -F -m 0 -O ^has_journal -E nodiscard,lazy_itable_init=1 "${file}"`;
  return `rm -rf "$writable" && mkdir -p "${mount}" && truncate -s ${octets} "${file}" && ${make}`;
}

function limited(octets: number | null): readonly string[] {
  if (octets === null) return [];
  const [file, mount] = [writableFile("$2"), writableMount("$2")];
  return [`    mount -t ext4 -o loop,nosuid,nodev "${file}" "${mount}" && ${directories(mount)} || exit 125`];
}

const overlay = ['    cd "$1/lower" && mount -t overlay -o "$3" overlay "$1/rootfs" && cd / || exit 125'];

/**
 * Names are relative, because all of them together must fit on a page, and because none of them can then hold what
 * mount(8) would take for a separator.
 */
const overlayOptions = ({ layers }: ImageRecord): string =>
  `nosuid,nodev,volatile,lowerdir=${lowerNames(layers.length).join(":")},upperdir=upper,workdir=work`;

/** Links in the bundle's `lower`, from the top down. */
export const lowerNames = (layers: number): readonly string[] =>
  Array.from({ length: layers }, (_, index) => `${index}`);
