/** Namespaces, links and ways that a state wants, from names and numbers of the contract. */
import { hostPrefix } from "@netwright/base";
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
  vxlanPort,
  workloadDevice,
  workloadNamespace,
  workloadVeth,
  type HostState,
  type NetworkState,
  type WorkloadState,
} from "@netwright/contract";
import type { Fact } from "./difference.ts";
import {
  forwardingFact,
  linkFact,
  neighbourFact,
  routeFact,
  routingRuleFact,
  settingFact,
  tunnelText,
} from "./facts.ts";

/** Index of a device in a namespace, as the kernel has it now. */
export type IndexOf = (netns: string | null, device: string) => number | undefined;

export function wantedFacts(state: HostState, indexOf: IndexOf): ReadonlyMap<string | null, readonly Fact[]> {
  return new Map<string | null, readonly Fact[]>([
    [null, nodeFacts(state, indexOf)],
    ...state.networks.flatMap((network) => [
      [networkNamespace(network), tenantFacts(network, state, indexOf)] as const,
      ...network.workloads.map(
        (workload) => [workloadNamespace(network, workload), workloadFacts(network, workload, indexOf)] as const,
      ),
    ]),
  ]);
}

/** Metrics of routes that are written, and of those that the kernel makes for addresses. */
const [usual, ownMetric] = [1024, 256];
const linkLocal = "fe80::/64";

const way = (destination: string, device: string, via = ""): Fact =>
  routeFact({ type: "unicast", table: "main", destination, device, via, metric: usual });
const onLink = (destination: string, device: string): Fact =>
  routeFact({ type: "unicast", table: "main", destination, device, via: "", metric: ownMetric });
const local = (destination: string, device: string): Fact =>
  routeFact({ type: "local", table: "local", destination, device, via: "", metric: 0 });
const loopback = local("::1/128", "lo");

const forwards = settingFact("ipv6/conf/all/forwarding", "1");
/** Nothing but the tables that there are. */
const plainRouting = [routingRuleFact(0, "from all table local"), routingRuleFact(32_766, "from all table main")];

function nodeFacts({ networks }: HostState, indexOf: IndexOf): readonly Fact[] {
  return [
    forwards,
    settingFact("ipv6/fib_multipath_hash_policy", "1"),
    ...networks.flatMap((each) => uplinkFacts(each, indexOf)),
  ];
}

/** The node's end of the way to a tenant. */
function uplinkFacts(network: NetworkState, indexOf: IndexOf): readonly Fact[] {
  const { vni, mtu, names, loadBalancers, egress = [] } = network;
  const device = uplinkHostDevice(vni);
  const peer = indexOf(networkNamespace(network), uplinkTenantDevice);
  const addresses = new Set([...loadBalancers.map(({ vip }) => vip), ...egress.map(({ source }) => source)]);
  const resolver = hostPrefix(resolverHostAddress(vni));
  const asking = [
    way(hostPrefix(resolverClientAddress(vni)), device, uplinkTenantAddress),
    onLink(resolver, device),
    local(resolver, device),
  ];
  return [
    linkFact({ name: device, kind: "veth", mac: uplinkHostMac, mtu, isUp: true, peer }),
    neighbourFact(device, uplinkTenantAddress, uplinkTenantMac),
    onLink(linkLocal, device),
    local(hostPrefix(uplinkHostAddress), device),
    ...[...addresses].map((address) => way(hostPrefix(address), device, uplinkTenantAddress)),
    ...(names === undefined ? [] : asking),
  ];
}

function tenantFacts(network: NetworkState, { underlay }: HostState, indexOf: IndexOf): readonly Fact[] {
  const { vni, mtu, prefix, workloads } = network;
  const uplink = uplinkTenantDevice;
  const peer = indexOf(null, uplinkHostDevice(vni));
  return [
    forwards,
    ...plainRouting,
    loopback,
    linkFact({ name: uplink, kind: "veth", mac: uplinkTenantMac, mtu, isUp: true, peer }),
    neighbourFact(uplink, uplinkHostAddress, uplinkHostMac),
    onLink(linkLocal, uplink),
    local(hostPrefix(uplinkTenantAddress), uplink),
    way("::/0", uplink, uplinkHostAddress),
    // Addresses of nobody end here, and follow no other way.
    routeFact({ type: "unreachable", table: "main", destination: prefix, device: "lo", via: "", metric: usual }),
    ...tunnelFacts(network, underlay),
    ...workloads.flatMap((workload) => attachedFacts(network, workload, indexOf)),
  ];
}

function tunnelFacts(
  { vni, mtu, prefix, tunnels }: NetworkState,
  { vtep, hostId }: HostState["underlay"],
): readonly Fact[] {
  if (vtep === null) return [];
  const device = tunnelDevice;
  const tunnel = tunnelText(vni, vtep, vxlanPort, false);
  return [
    linkFact({ name: device, kind: "vxlan", mac: tunnelMac(hostId), mtu, isUp: true, tunnel }),
    onLink(linkLocal, device),
    local(hostPrefix(tunnelAddress(hostId)), device),
    ...tunnels.flatMap((other) => [
      neighbourFact(device, tunnelAddress(other.hostId), tunnelMac(other.hostId)),
      way(hostPrefixOf(prefix, other.hostId), device, tunnelAddress(other.hostId)),
      ...[tunnelMac(other.hostId), ...other.memberMacs].map((mac) => forwardingFact(device, mac, other.vtep)),
    ]),
  ];
}

/** The tenant's end of the way to a workload. */
function attachedFacts(network: NetworkState, workload: WorkloadState, indexOf: IndexOf): readonly Fact[] {
  const device = workloadVeth(workload);
  const peer = indexOf(workloadNamespace(network, workload), workloadDevice);
  return [
    linkFact({ name: device, kind: "veth", mac: gatewayMac, mtu: network.mtu, isUp: true, peer }),
    neighbourFact(device, workload.address, workload.mac),
    way(hostPrefix(workload.address), device),
    onLink(hostPrefix(gatewayAddress), device),
    local(hostPrefix(gatewayAddress), device),
  ];
}

function workloadFacts(network: NetworkState, workload: WorkloadState, indexOf: IndexOf): readonly Fact[] {
  const own = hostPrefix(workload.address);
  const peer = indexOf(networkNamespace(network), workloadVeth(workload));
  return [
    ...plainRouting,
    loopback,
    linkFact({ name: workloadDevice, kind: "veth", mac: workload.mac, mtu: network.mtu, isUp: true, peer }),
    neighbourFact(workloadDevice, gatewayAddress, gatewayMac),
    onLink(own, workloadDevice),
    local(own, workloadDevice),
    way("::/0", workloadDevice, gatewayAddress),
  ];
}
