/** What makes nodes: namespaces, and in each a process 1 that only keeps them. Pure. */
import { nodePaths, type LabPaths } from "../record/paths.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { namespaceBatch } from "../wiring/batches.ts";
import { sysctlsOf } from "../wiring/sysctls.ts";
import { hereDocument, identifyFunction, joinCgroups, quoteAll } from "./shell.ts";

/**
 * Process 1 of a node. It starts in the node's network namespace and in fresh mount, pid and UTS namespaces.
 * Arguments: fstab, node, then paths and values of kernel settings. When all is there it prints the node, its pid and
 * start time as the machine sees them and its pid as the sandbox sees it; then it lets go of the output.
 */
export const nodeScript = `set -eu
${identifyFunction}
fstab=$1 node=$2; shift 2
while [ $# -gt 0 ]; do echo "$2" >"/proc/sys/net/$1"; shift 2; done
echo "$node" >/proc/sys/kernel/hostname
read -r inside rest </proc/self/stat
identify /run/lab/machine
mount -a -T "$fstab"
mount -n --move /run/lab/new /run
echo "$node $identity $inside"
exec tini -- sleep infinity </dev/null >/dev/null 2>&1
`;

/**
 * All nodes at once. The first child of a process that made a pid namespace is its process 1, so no parent need wait.
 * Whoever reads the output to its end has waited for every node.
 */
export function nodesScript(paths: LabPaths, topology: Topology): string {
  const launches = topology.nodes.map((node) => {
    const settings = sysctlsOf(node).flat();
    return `launch ${quoteAll([nodePaths(paths, node.name).fstab, node.name, ...settings])}`;
  });
  return `set -eu
${joinCgroups}
${hereDocument("ip -batch -", namespaceBatch(topology))}
launch() {
  nsenter --net="/run/netns/$2" unshare --mount --pid --uts sh -c 'sh "$@" &' sh ${paths.scripts}/node.sh "$@" &
}
exec </dev/null 2>>${paths.logs}/nodes.log
${launches.join("\n")}
wait
`;
}

/** A node's own view of files. The server's node alone sees the lab's directory: its socket and token lie there. */
export function nodeFstab(paths: LabPaths, node: TopologyNode): string {
  const { etc, work, lib } = nodePaths(paths, node.name);
  const source = `lab-${node.name}`;
  const lines = [
    `${source} /etc overlay lowerdir=/etc,upperdir=${etc},workdir=${work}`,
    `${lib} /var/lib/netwright none bind`,
    `${source} /run/lab/new tmpfs mode=755`,
    ...(node.role === "Control"
      ? [`${paths.directory} /run/lab/new${paths.directory.slice("/run".length)} none bind,X-mount.mkdir`]
      : []),
    "/sys/fs/cgroup /run/lab/cgroup none rbind",
    `${source} /sys sysfs nosuid,nodev,noexec`,
    "/run/lab/cgroup /sys/fs/cgroup none rbind",
    `${source} /proc proc nosuid,nodev,noexec`,
  ];
  return lines.map((line) => `${line} 0 0\n`).join("");
}
