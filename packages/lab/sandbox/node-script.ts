/** What makes nodes: namespaces, and in each a process 1 that only keeps them. Pure. */
import { nodePaths, type LabPaths } from "../record/paths.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { sysctlsOf } from "../wiring/sysctls.ts";
import { identifyFunction, joinCgroups, quoteAll } from "./shell.ts";

/**
 * Runs in fresh network, mount, pid and UTS namespaces. The first child of a process that made a pid namespace is its
 * process 1: that is the part in the background here, and nobody need wait for it.
 * Arguments: fstab, node, then paths and values of kernel settings. When all is there it prints the node, its pid and
 * start time as the machine sees them and its pid as the sandbox sees it; then it lets go of the output.
 */
export const nodeScript = `set -eu
${identifyFunction}
{
  fstab=$1 node=$2; shift 2
  while [ $# -gt 0 ]; do echo "$2" >"/proc/sys/net/$1"; shift 2; done
  echo "$node" >/proc/sys/kernel/hostname
  read -r inside rest </proc/self/stat
  identify /run/lab/machine
  mount -a -T "$fstab"
  echo "$node $identity $inside"
  exec tini -- sleep infinity </dev/null >/dev/null 2>&1
} &
`;

/** All nodes at once. Whoever reads the output to its end has waited for every node. */
export function nodesScript(paths: LabPaths, topology: Topology): string {
  const launches = topology.nodes.map((node) => {
    const settings = sysctlsOf(node).flat();
    return `launch ${quoteAll([nodePaths(paths, node.name).fstab, node.name, ...settings])}`;
  });
  return `set -eu
${joinCgroups}
launch() { unshare --net --mount --pid --uts sh ${paths.scripts}/node.sh "$@" & }
exec </dev/null 2>>${paths.logs}/nodes.log
${launches.join("\n")}
wait
`;
}

/** Where the lab's directory waits while the node gets its own /run; the sandbox's /var/lib is not the machine's. */
const aside = "/var/lib/netwright-lab";

/**
 * A node's own view of files. Of /sys only the devices differ between network namespaces. The server's node alone sees
 * the lab's directory, where its socket and token lie; all others have an empty /run.
 */
export function nodeFstab(paths: LabPaths, node: TopologyNode): string {
  const { etc, work, lib } = nodePaths(paths, node.name);
  const source = `lab-${node.name}`;
  const keeps = node.role === "Control";
  const lines = [
    `${source} /etc overlay lowerdir=/etc,upperdir=${etc},workdir=${work}`,
    `${lib} /var/lib/netwright none bind`,
    `${source} /run/lab/sys sysfs nosuid,nodev,noexec`,
    "/run/lab/sys/class/net /sys/class/net none bind",
    "/run/lab/sys/devices/virtual/net /sys/devices/virtual/net none bind",
    ...(keeps ? [`${paths.directory} ${aside} none bind,X-mount.mkdir`] : []),
    `${source} /run tmpfs mode=755`,
    ...(keeps ? [`${aside} ${paths.directory} none bind,X-mount.mkdir`] : []),
    `${source} /proc proc nosuid,nodev,noexec`,
  ];
  return lines.map((line) => `${line} 0 0\n`).join("");
}
