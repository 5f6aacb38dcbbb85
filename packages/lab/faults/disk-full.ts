/** A file system without room. Pure. */
import type { FaultPlan, Place } from "./plan.ts";
import { quote } from "../sandbox/shell.ts";

export interface MountEntry {
  /** MAJOR:MINOR, which names the file system itself, wherever it is mounted. */
  readonly device: string;
  readonly mountPoint: string;
  readonly type: string;
  /** Of the file system, as in /proc/PID/mountinfo. */
  readonly options: readonly string[];
}

/** @param mountinfo of /proc/PID/mountinfo, proc(5) */
export const readMounts = (mountinfo: string): readonly MountEntry[] =>
  mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , device, , mountPoint] = before.split(" ");
    const [type = "", , options = ""] = after.split(" ");
    if (device === undefined || mountPoint === undefined) return [];
    return [{ device, mountPoint: unescapeOctal(mountPoint), type, options: options.split(",") }];
  });

const unescapeOctal = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));

/** The file system that a path lies on: the deepest mount above it, of several the last. */
export function mountOf(mounts: readonly MountEntry[], path: string): MountEntry | undefined {
  const above = mounts.filter(
    ({ mountPoint }) => mountPoint === "/" || path === mountPoint || path.startsWith(`${mountPoint}/`),
  );
  return above.reduce<MountEntry | undefined>(
    (best, mount) => (best === undefined || mount.mountPoint.length >= best.mountPoint.length ? mount : best),
    undefined,
  );
}

/** In the node: blocks, free blocks and octets of a block. */
const measure = (mountPoint: string): string => `set -- $(stat -f -c '%b %f %S' ${quote(mountPoint)})`;

/**
 * A tmpfs is made as small as what is in it: nothing need be written, and no memory is used. Elsewhere a file takes the
 * room; its blocks are reserved, not written.
 * @param leave octets
 */
export function planDiskFull(
  place: Place,
  { mountPoint, type, options, device }: MountEntry,
  leave: number,
): FaultPlan {
  const run = (script: string): string => `in_node ${place.pid} sh -euc ${quote(script)}`;
  const claims = [`room of ${place.node}:${device}`];
  if (type !== "tmpfs") {
    const filler = quote(`${mountPoint}/.netwright-fault`);
    // The file system's own books need room too, nobody knows how much: in ever smaller steps.
    const fill = `${measure(mountPoint)}; room=$(($2 * $3 - ${leave})); step=$room; size=0
while [ $step -ge 4096 ]; do
  if [ $((size + step)) -le $room ] && fallocate -o $size -l $step ${filler} 2>/dev/null; then size=$((size + step)); else step=$((step / 2)); fi
done
[ $size -gt 0 ] || [ $room -lt 4096 ]`;
    return { begin: run(fill), end: `check ${run(`rm -f ${filler}`)}`, claims };
  }
  const before = options.find((option) => option.startsWith("size=")) ?? "size=50%";
  // 0 would mean no limit.
  const shrink = `${measure(mountPoint)}; size=$((($1 - $2) * $3 + ${leave})); [ $size -gt 0 ] || size=$3
mount -o remount,size=$size ${quote(mountPoint)}`;
  // It may have been unmounted meanwhile.
  const grow = `mountpoint -q ${quote(mountPoint)} || exit 0; mount -o remount,${before} ${quote(mountPoint)}`;
  return { begin: run(shrink), end: `check ${run(grow)}`, claims };
}
