/** Namespaces, links and what hangs on them, from the state. Pure. */
import { hostPrefix, type Ipv6Prefix } from "@netwright/base";
import {
  gatewayAddress,
  gatewayMac,
  hostPrefixOf,
  networkNamespace,
  resolverClientAddress,
  resolverHostAddress,
  tunnelAddress,
  tunnelDevice,
  tunnelMac,
  uplinkHostAddress,
  uplinkHostDevice,
  uplinkHostMac,
  uplinkTenantAddress,
  uplinkTenantDevice,
  uplinkTenantMac,
  workloadDevice,
  workloadNamespace,
  workloadVeth,
  type HostState,
  type NetworkState,
  type Tunnel,
  type UnderlayState,
  type WorkloadState,
} from "@netwright/contract";
import { addressItem, fdbItem, neighbourItem, routeItem } from "./items.ts";
import type { Item, LinkWant } from "./link.ts";

export interface LinksWant {
  readonly namespaces: readonly string[];
  readonly links: readonly LinkWant[];
  readonly items: readonly Item[];
}

type Part = Omit<LinksWant, "namespaces">;

export function wantLinks({ underlay, networks }: HostState): LinksWant {
  const parts = networks.flatMap((network) => [
    tunnelPart(network, underlay),
    uplinkPart(network),
    ...network.workloads.map((workload) => workloadPart(network, workload)),
  ]);
  return {
    namespaces: networks.flatMap((network) => [
      networkNamespace(network),
      ...network.workloads.map((workload) => workloadNamespace(network, workload)),
    ]),
    links: parts.flatMap((part) => part.links),
    items: parts.flatMap((part) => part.items),
  };
}

function tunnelPart(network: NetworkState, { vtep, hostId }: UnderlayState): Part {
  const netns = networkNamespace(network);
  // Tenant addresses without a workload or host end here; they must never follow the default route.
  const items = [routeItem(netns, { destination: network.prefix })];
  if (vtep === null) return { links: [], items };
  const { vni, mtu } = network;
  return {
    links: [{ kind: "Vxlan", netns, name: tunnelDevice, mac: tunnelMac(hostId), mtu, vni, local: vtep }],
    items: [
      ...items,
      addressItem(netns, tunnelDevice, `${tunnelAddress(hostId)}/64`),
      ...network.tunnels.flatMap((tunnel) => tunnelItems(network, tunnel)),
    ],
  };
}

/** Three lines per peer, and one per member of a load balancer there; nothing per workload. */
function tunnelItems(network: NetworkState, { hostId, vtep, memberMacs }: Tunnel): readonly Item[] {
  const netns = networkNamespace(network);
  const via = tunnelAddress(hostId);
  return [
    neighbourItem(netns, tunnelDevice, via, tunnelMac(hostId)),
    routeItem(netns, { destination: hostPrefixOf(network.prefix, hostId), via, device: tunnelDevice }),
    fdbItem(netns, tunnelMac(hostId), vtep),
    ...memberMacs.map((mac) => fdbItem(netns, mac, vtep)),
  ];
}

function uplinkPart(network: NetworkState): Part {
  const netns = networkNamespace(network);
  const { mtu } = network;
  const device = uplinkHostDevice(network.vni);
  const resolver = network.names === undefined ? [] : resolverItems(network.vni);
  const vips = [
    ...new Set([...network.loadBalancers.map(({ vip }) => vip), ...(network.egress ?? []).map(({ source }) => source)]),
  ].toSorted();
  return {
    links: [
      {
        kind: "Veth",
        ends: [
          { netns: null, name: device, mac: uplinkHostMac, mtu },
          { netns, name: uplinkTenantDevice, mac: uplinkTenantMac, mtu },
        ],
      },
    ],
    items: [
      addressItem(null, device, `${uplinkHostAddress}/64`),
      neighbourItem(null, device, uplinkTenantAddress, uplinkTenantMac),
      ...vips.map((vip) => routeItem(null, { destination: hostPrefix(vip), via: uplinkTenantAddress, device })),
      ...resolver,
      addressItem(netns, uplinkTenantDevice, `${uplinkTenantAddress}/64`),
      neighbourItem(netns, uplinkTenantDevice, uplinkHostAddress, uplinkHostMac),
      routeItem(netns, { destination: "default", via: uplinkHostAddress, device: uplinkTenantDevice }),
    ],
  };
}

/** Where the network's resolver listens, and the way back to who asks it. */
function resolverItems(vni: number): readonly Item[] {
  const device = uplinkHostDevice(vni);
  return [
    addressItem(null, device, `${resolverHostAddress(vni)}/128`, { deprecated: true }),
    routeItem(null, { destination: hostPrefix(resolverClientAddress(vni)), via: uplinkTenantAddress, device }),
  ];
}

function workloadPart(network: NetworkState, workload: WorkloadState): Part {
  const [tenant, inside] = [networkNamespace(network), workloadNamespace(network, workload)];
  const { address, mac } = workload;
  const { mtu } = network;
  const veth = workloadVeth(workload);
  const own: Ipv6Prefix = hostPrefix(address);
  return {
    links: [
      {
        kind: "Veth",
        ends: [
          { netns: tenant, name: veth, mac: gatewayMac, mtu },
          { netns: inside, name: workloadDevice, mac, mtu },
        ],
      },
    ],
    items: [
      addressItem(tenant, veth, `${gatewayAddress}/128`),
      neighbourItem(tenant, veth, address, mac),
      routeItem(tenant, { destination: own, device: veth }),
      addressItem(inside, workloadDevice, own),
      neighbourItem(inside, workloadDevice, gatewayAddress, gatewayMac),
      routeItem(inside, { destination: "default", via: gatewayAddress, device: workloadDevice, onlink: true }),
    ],
  };
}
