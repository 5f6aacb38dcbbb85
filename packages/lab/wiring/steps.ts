/** What the kernel is asked for to wire a topology, step by step. Pure. */
import type { InterfaceAddress, IpAddress, IpPrefix, Mac } from "@netwright/base";
import { bridgeDevice, bridgeIndex, type Port, type Topology, type TopologyNode } from "../topology/topology.ts";

/** Both ends are born in their nodes. The first one is up from birth on, when it is a port of a bridge that is there. */
export interface LinkStep {
  readonly kind: "Link";
  readonly ends: readonly [LinkStepEnd, LinkStepEnd];
}

export interface LinkStepEnd extends Pick<Port, "node" | "interface" | "index" | "mac" | "mtu"> {
  /** Number of the bridge that it is a port of; null when it is of none. */
  readonly bridge: number | null;
}

interface OnDevice {
  readonly device: string;
  readonly index: number;
}

/** In one node's own network. */
export type NodeStep =
  | (OnDevice & { readonly kind: "Bridge" | "Up" })
  | (OnDevice & { readonly kind: "Join"; readonly bridge: number })
  | (OnDevice & { readonly kind: "Address"; readonly address: InterfaceAddress })
  | (OnDevice & { readonly kind: "Neighbor"; readonly address: IpAddress; readonly mac: Mac })
  | (OnDevice & { readonly kind: "Route"; readonly to: IpPrefix; readonly via: IpAddress | null });

export interface NodeSteps {
  /** Before any link is there. */
  readonly before: readonly NodeStep[];
  /** When all links are there. Neighbours and routes need a device that is up. */
  readonly after: readonly NodeStep[];
}

const loopback: OnDevice = { device: "lo", index: 1 };

/** Whether a node of the topology is one, by name. */
export function isSwitchOf({ nodes }: Topology): (name: string) => boolean {
  const switches = new Set(nodes.flatMap(({ name, role }) => (role === "Switch" ? [name] : [])));
  return (name) => switches.has(name);
}

export function linkSteps(topology: Topology): readonly LinkStep[] {
  const isSwitch = isSwitchOf(topology);
  const end = (port: Port): LinkStepEnd => ({ ...port, bridge: isSwitch(port.node) ? bridgeIndex : null });
  return topology.links.map(({ ends }) => {
    const [a, b] = [end(ends[0]), end(ends[1])];
    return { kind: "Link", ends: a.bridge === null && b.bridge !== null ? [b, a] : [a, b] };
  });
}

/** @param isSwitch by name: of two switches only one end is born as a port. */
export function nodeSteps(node: TopologyNode, isSwitch: (name: string) => boolean): NodeSteps {
  const bridge = { device: bridgeDevice, index: bridgeIndex };
  return {
    before: [
      { kind: "Up", ...loopback },
      ...(isSwitch(node.name) ? [{ kind: "Bridge", ...bridge } as const] : []),
      ...(node.host === null
        ? []
        : [{ kind: "Address", ...loopback, address: `${node.host.vtep}/128` as InterfaceAddress } as const]),
    ],
    after: [
      ...(isSwitch(node.name) ? joinSteps(node, isSwitch) : node.ports.flatMap(portSteps)),
      ...neighborSteps(node),
      ...routeSteps(node),
    ],
  };
}

const joinSteps = (node: TopologyNode, isSwitch: (name: string) => boolean): readonly NodeStep[] =>
  node.ports
    .filter(({ peer }) => isSwitch(peer.node))
    .map((port) => ({ kind: "Join", ...onDevice(port), bridge: bridgeIndex }));

function portSteps(port: Port): readonly NodeStep[] {
  const on = onDevice(port);
  const linkLocal = port.linkLocal === null ? [] : [`${port.linkLocal}/64` as InterfaceAddress];
  const addresses = [...linkLocal, ...port.addresses];
  return [{ kind: "Up", ...on }, ...addresses.map((address) => ({ kind: "Address", ...on, address }) as const)];
}

const onDevice = ({ interface: device, index }: Port): OnDevice => ({ device, index });

const deviceOf = ({ ports }: TopologyNode, name: string): OnDevice =>
  onDevice(ports.find((port) => port.interface === name) as Port);

const neighborSteps = (node: TopologyNode): readonly NodeStep[] =>
  node.neighbors.map(({ address, mac, interface: device }) => ({
    kind: "Neighbor",
    ...deviceOf(node, device),
    address,
    mac,
  }));

const routeSteps = (node: TopologyNode): readonly NodeStep[] =>
  node.routes.map(({ to, via, interface: device }) => ({ kind: "Route", ...deviceOf(node, device), to, via }));
