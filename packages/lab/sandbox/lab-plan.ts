/** What the lab's program does, as records that it reads. Pure. */
import type { NodeImage, NodeImages } from "../images/node-image.ts";
import { nodePaths, nodeSocket, type LabPaths } from "../record/paths.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { linkBatches, nodeBatches, type Batch } from "../wiring/batches.ts";
import { isSwitchOf, linkSteps, nodeSteps, type NodeStep } from "../wiring/steps.ts";
import { deviceSysctlsOf, sysctlsOf, type Setting } from "../wiring/sysctls.ts";
import { cgroupMounts, type CgroupLayout } from "./cgroups.ts";
import { mountFlags } from "./kernel-calls.ts";

type Word = string | number | Buffer;
type PlanRecord = readonly Word[];

/** @see labProgram */
export function labPlan(paths: LabPaths, topology: Topology, layout: CgroupLayout, images: NodeImages): Buffer {
  const isSwitch = isSwitchOf(topology);
  const indexes = new Map(topology.nodes.map(({ name }, index) => [name, index]));
  const layers = new Set([...images.values()].flatMap((image) => image.layers));
  const places = new Map([...layers].map((layer, index) => [layer, `/lab/layers/${index}`]));
  const rootOf = (node: TopologyNode): OwnRoot => rootWith(node, images, places);
  const records = [
    ...sandboxRecords(paths, layout, places),
    ...topology.nodes.flatMap((node) => nodeRecords(paths, node, isSwitch, rootOf(node))),
    ...linkBatches(linkSteps(topology)).map(({ data, last, pids }) => {
      const offsets = pids.flatMap(({ node, at }) => [uint32(at), uint32(indexes.get(node) ?? 0)]);
      return ["links", last, data, Buffer.concat(offsets)];
    }),
  ];
  return packed(records);
}

/** What lies under the files that a node writes. */
interface OwnRoot {
  /** As overlayfs takes it, the uppermost first. */
  readonly lower: string;
  /** Other file systems of the machine are seen as well. */
  readonly isMachine: boolean;
  readonly image: NodeImage | undefined;
}

function rootWith({ image, rootfs }: TopologyNode, images: NodeImages, places: ReadonlyMap<string, string>): OwnRoot {
  const found = image === null ? undefined : images.get(image);
  // One page holds all options of a mount: short names let images have all the layers that they may.
  const layers = found?.layers.toReversed().map((layer) => `/run${places.get(layer)}`);
  return {
    lower: layers?.join(":") ?? rootfs ?? "/",
    isMachine: image === null && rootfs === null,
    image: found,
  };
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

/** Every word has its length before it, and so has every record, and all together. */
function packed(records: readonly PlanRecord[]): Buffer {
  const sizes = records.map((record) => record.reduce<number>((sum, word) => sum + 4 + sizeOf(word), 0));
  const plan = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, 4));
  let at = plan.writeUInt32BE(plan.length - 4);
  records.forEach((record, index) => {
    at = plan.writeUInt32BE(sizes[index] as number, at);
    for (const word of record) {
      at = plan.writeUInt32BE(sizeOf(word), at);
      at += typeof word === "object" ? word.copy(plan, at) : plan.write(String(word), at);
    }
  });
  return plan;
}

const sizeOf = (word: Word): number => (typeof word === "object" ? word.length : Buffer.byteLength(String(word)));

const { plain, guarded, bind, bindAll, readOnly, move, privateAll } = mountFlags;
const none = "none";

const mount = (source: string, target: string, type: string, flags: number, options = ""): readonly PlanRecord[] => [
  ["make", target],
  ["mount", source, target, type, flags, options],
];

/**
 * The lab's directory stays visible inside under the same path; the rest of /run starts empty. The machine's /proc is
 * kept aside so that nodes can learn their pids as the machine sees them.
 */
function sandboxRecords(
  { directory, run }: LabPaths,
  layout: CgroupLayout,
  layers: ReadonlyMap<string, string>,
): readonly PlanRecord[] {
  const inside = (path: string): string => `${run}${path.slice("/run".length)}`;
  return [
    ["mount", none, "/", none, privateAll, ""],
    ...mount("tmpfs", run, "tmpfs", plain, "mode=755"),
    ...["netns", "lab/var", "lab/work", "lab/sys"].map((path) => ["make", `${run}/${path}`]),
    ...mount("/proc", `${run}/lab/machine`, none, bind),
    ...mount(directory, inside(directory), none, bind),
    // Here, as what a layer says of files below it would be lost behind an overlay over /var/lib.
    ...[...layers].flatMap(([layer, place]) => mount(layer, `${run}${place}`, none, bind)),
    ["mount", run, "/run", none, move, ""],
    // Every node copies the mounts of the sandbox: hide none, drop them.
    ["detach", "/sys"],
    ...mount("lab-proc", "/proc", "proc", guarded),
    ...mount("lab-sys", "/sys", "sysfs", guarded),
    ...cgroupMounts(layout).flatMap(({ target, type, flags, options }) =>
      mount("lab-cgroup", target, type, flags, options),
    ),
    // FRR and others keep crash logs there.
    ...mount("lab-tmp", "/var/tmp", "tmpfs", plain, "mode=1777"),
    ...mount("lab-var", "/var/lib", "overlay", plain, "lowerdir=/var/lib,upperdir=/run/lab/var,workdir=/run/lab/work"),
    ["make", "/var/lib/netwright"],
    ...sends("sandbox", [{ kind: "Up", device: "lo", index: 1 }]),
  ];
}

function nodeRecords(
  paths: LabPaths,
  node: TopologyNode,
  isSwitch: (name: string) => boolean,
  root: OwnRoot,
): readonly PlanRecord[] {
  const { before, after } = nodeSteps(node, isSwitch);
  return [
    ["node", node.name, nodeSocket(paths, node.name)],
    ["part", "before"],
    // In a procfs that all share, settings of the same name are looked up among those of every node.
    ...mount(`lab-${node.name}`, "/proc", "proc", guarded),
    ...sysctlsOf(node).map(setting),
    ["set", "/proc/sys/kernel/hostname", node.name],
    ...sends("before", before),
    ["part", "mounts"],
    ...(node.role === "Linux" ? ownRoot(paths, node, root) : nodeMounts(paths, node)),
    ["part", "after"],
    ...deviceSysctlsOf(node).map(setting),
    ...sends("after", after),
  ];
}

const setting = ([path, value]: Setting): PlanRecord => ["set", `/proc/sys/net/${path}`, value];

const sends = (part: string, steps: readonly NodeStep[]): readonly PlanRecord[] =>
  nodeBatches(steps).map(({ data, last }: Batch) => ["send", part, last, data]);

/** Where the lab's directory waits while the node gets its own /run; the sandbox's /var/lib is not the machine's. */
const aside = "/var/lib/netwright-lab";

const newRoot = "/run/lab/root";

/**
 * A Linux node is its user's, who may write anywhere: over the machine's root, or the directory or image that the
 * manifest names, lies a layer of its own, in memory. It begins with what `etc` holds.
 */
function ownRoot(paths: LabPaths, node: TopologyNode, { lower, isMachine, image }: OwnRoot): readonly PlanRecord[] {
  const { root, work, lib, layers } = nodePaths(paths, node.name);
  const source = `lab-${node.name}`;
  const inside = (path: string): string => `${newRoot}${path}`;
  return [
    ...mount(source, newRoot, "overlay", plain, `lowerdir=${lower},upperdir=${root},workdir=${work}`),
    ...(isMachine ? [["others", newRoot, layers]] : []),
    ...mount("/dev", inside("/dev"), none, bindAll),
    ["mount", "/dev", inside("/dev"), none, readOnly, ""],
    ["mount", source, inside("/dev/shm"), "tmpfs", plain, "mode=1777"],
    ...devicesOnly(source),
    ...mount("/sys", inside("/sys"), none, bindAll),
    ...mount(lib, inside("/var/lib/netwright"), none, bind),
    ...mount(source, inside("/run"), "tmpfs", plain, "mode=755"),
    ...mount("/proc", inside("/proc"), none, move),
    ["root", newRoot],
    ...(image === undefined ? [] : imageRecords(image)),
  ];
}

const imageRecords = ({ env, workingDir }: NodeImage): readonly PlanRecord[] => [
  ["make", workingDir === "/" ? "/" : workingDir.replace(/\/+$/, "")],
  ["home", workingDir],
  ...Object.entries(env).map(([name, value]) => ["variable", name, value]),
];

/** Of /sys only the devices differ between network namespaces. */
const devicesOnly = (source: string): readonly PlanRecord[] => [
  ...mount(source, "/run/lab/sys", "sysfs", guarded),
  ...mount("/run/lab/sys/class/net", "/sys/class/net", none, bind),
  ...mount("/run/lab/sys/devices/virtual/net", "/sys/devices/virtual/net", none, bind),
];

/**
 * A node's own view of files. The server's node alone sees
 * the lab's directory, where its socket and token lie, but no node's socket; all others have an empty /run.
 */
function nodeMounts(paths: LabPaths, node: TopologyNode): readonly PlanRecord[] {
  const { etc, work, lib } = nodePaths(paths, node.name);
  const source = `lab-${node.name}`;
  const keeps = node.role === "Control";
  return [
    ...mount(source, "/etc", "overlay", plain, `lowerdir=/etc,upperdir=${etc},workdir=${work}`),
    ...mount(lib, "/var/lib/netwright", none, bind),
    ...devicesOnly(source),
    ...(keeps
      ? [...mount(paths.directory, aside, none, bind), ...mount(source, `${aside}/nodes`, "tmpfs", plain, "mode=700")]
      : []),
    ...mount(source, "/run", "tmpfs", plain, "mode=755"),
    ...(keeps ? mount(aside, paths.directory, none, move) : []),
  ];
}
