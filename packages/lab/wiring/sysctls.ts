/** Kernel settings of a node's network namespace, as paths under /proc/sys/net and values. Pure. */
import { ipParts } from "@netwright/base";
import type { Port, TopologyNode } from "../topology/topology.ts";

export type Setting = readonly [path: string, value: string];

/** Set before links exist, so that `default` reaches every device, those of the agents too. */
export function sysctlsOf(node: TopologyNode): readonly Setting[] {
  return [
    ["ipv6/conf/all/accept_dad", "0"],
    ["ipv6/conf/default/accept_dad", "0"],
    ["ipv6/conf/default/accept_ra", "0"],
    ["ipv6/conf/default/addr_gen_mode", "1"],
    // What IPv4 begins with, a node would have from the machine.
    ...(node.role === "Linux" ? linuxSysctls(node.forwarding) : []),
    ...(node.forwarding ? routerSysctls : []),
    ...written(node).filter(([path]) => !isOfDevice(path)),
  ];
}

/** Set when all links are there and none is up yet. */
export const deviceSysctlsOf = (node: TopologyNode): readonly Setting[] => [
  ...node.ports.filter(hasKernelAddresses).flatMap(kernelAddresses),
  ...written(node).filter(([path]) => isOfDevice(path)),
];

const linuxSysctls = (forwarding: boolean): readonly Setting[] => [
  ["ipv4/ip_forward", forwarding ? "1" : "0"],
  ["ipv4/conf/all/rp_filter", "0"],
  ["ipv4/conf/default/rp_filter", "0"],
];

/** Hash policy 1 spreads flows by ports too; addresses must survive a link that goes down and comes back. */
const routerSysctls: readonly Setting[] = [
  ["ipv6/conf/all/forwarding", "1"],
  ["ipv6/conf/all/keep_addr_on_down", "1"],
  ["ipv6/conf/default/keep_addr_on_down", "1"],
  ["ipv6/fib_multipath_hash_policy", "1"],
  ["ipv4/fib_multipath_hash_policy", "1"],
];

const written = ({ sysctls }: TopologyNode): readonly Setting[] =>
  Object.entries(sysctls).map(([key, value]) => [pathOf(key), value]);

/** `net.a.b` or `net/a/b`; in the latter dots belong to names of devices. */
const pathOf = (key: string): string => (key.startsWith("net/") ? key : key.replaceAll(".", "/")).slice("net/".length);

const isOfDevice = (path: string): boolean => /^(ipv4|ipv6)\/(conf|neigh)\/(?!all\/|default\/)/.test(path);

/** IPv4 alone needs no link-local address: nothing is sent then that nobody asked for. */
const hasKernelAddresses = ({ written: isWritten, addresses }: Port): boolean =>
  isWritten && (addresses.length === 0 || addresses.some((each) => ipParts(each).family === "IPv6"));

/** Mode 0 makes a link-local address of the MAC. Without any address a port listens to routers. */
const kernelAddresses = ({ interface: device, addresses }: Port): readonly Setting[] => [
  [`ipv6/conf/${device}/addr_gen_mode`, "0"],
  ...(addresses.length === 0 ? [[`ipv6/conf/${device}/accept_ra`, "1"] as const] : []),
];
