/**
 * The two scripts that make a lab's sandbox. The outer one is what the machine knows of the lab: a process that can be
 * found from its first moment on. The inner one is process 1 of the sandbox: when it ends, the kernel ends all.
 */
import { cgroupMounts, type CgroupLayout } from "./cgroups.ts";
import { identifyFunction } from "./shell.ts";

/** File descriptor by which the outer script holds the lab's lock until it can be found. */
export const lockDescriptor = 3;

/**
 * File descriptor by which it holds the lock of the lab's cgroup as long as it lives: cgroups are the machine's, and who
 * finds one cannot see the processes of another sandbox in it.
 */
export const cgroupDescriptor = 4;

/** Arguments: the lab's directory, its cgroup's name, `v1` or `v2`, and the mount points of the hierarchies to join. */
export const outerScript = `set -eu
${identifyFunction}
dir=$1 cgroup=$2 layout=$3; shift 3
identify /proc; echo "$identity" >"$dir/outer"
exec ${lockDescriptor}>&-
for root do echo 0 >"$root/$cgroup/cgroup.procs"; done
enter='exec unshare --net --mount --pid --uts --fork --kill-child --propagation private sh "$1/scripts/sandbox.sh" "$1"'
# In v2 a cgroup with processes may not limit its children (cgroups(7), "no internal processes"): step aside first.
if [ "$layout" = v2 ] && [ $# -gt 0 ]; then enter="echo 0 >$1/$cgroup/lab/cgroup.procs; $enter"; fi
exec unshare --cgroup sh -euc "$enter" sandbox "$dir"
`;

/**
 * Argument: the lab's directory. It stays visible inside under the same path; the rest of /run starts empty.
 * The machine's /proc is kept aside so that nodes can learn their pids as the machine sees them.
 */
export const innerScript = `set -eu
exec ${cgroupDescriptor}<&-
${identifyFunction}
dir=$1
identify /proc; echo "$identity" >"$dir/inner"
new=$dir/run
mount -t tmpfs -o mode=755 tmpfs "$new"
mkdir -p "$new/netns" "$new/lab/machine" "$new/lab/var" "$new/lab/work" "$new/lab/sys" "$new\${dir#/run}"
mount --bind /proc "$new/lab/machine"
mount --bind "$dir" "$new\${dir#/run}"
mount -n --move "$new" /run
# Every node copies the mounts of the sandbox: hide none, drop them.
umount --recursive --lazy /sys
mount -a -T "$dir/scripts/fstab"
mkdir -p /var/lib/netwright
ip link set dev lo up
echo ready
exec tini -- sleep infinity </dev/null >/dev/null 2>&1
`;

/** What the sandbox mounts. Sources are its own: `mount -a` passes over what it takes for mounted already. Pure. */
export const sandboxFstab = (layout: CgroupLayout): string =>
  [
    "lab-proc /proc proc nosuid,nodev,noexec",
    "lab-sys /sys sysfs nosuid,nodev,noexec",
    ...cgroupMounts(layout),
    // FRR and others keep crash logs there.
    "lab-tmp /var/tmp tmpfs mode=1777",
    "lab-var /var/lib overlay lowerdir=/var/lib,upperdir=/run/lab/var,workdir=/run/lab/work",
  ]
    .map((line) => `${line} 0 0\n`)
    .join("");
