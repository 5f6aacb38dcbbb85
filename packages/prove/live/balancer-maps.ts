/** Maps of the load balancer in eBPF (native/balancer/README.md) against what a state wants in them. */
import { ipv6Number, type Mac } from "@netwright/base";
import {
  candidatesMax,
  candidatesOf,
  defaultLoadBalancer,
  networkNamespace,
  tunnelDevice,
  tunnelMac,
  uplinkTenantDevice,
  type BalancerReadback,
  type HostId,
  type HostState,
  type ListenerKey,
  type LoadBalancer,
  type NetworkState,
} from "@netwright/contract";
import { exampleText, listenerText, packetInSlot } from "./client-port.ts";
import { compareFacts, type Fact, type KernelDifference } from "./difference.ts";

type Octets = string;

const noTable = 0xffff_ffff;
const protocolNumbers = { tcp: 6, udp: 17 } as const;
const hex = (value: number | bigint, count: number): Octets => value.toString(16).padStart(2 * count, "0");
const macOctets = (mac: Mac): Octets => `${mac.replaceAll(":", "")}0000`;
const keyOf = ({ vip, protocol, port }: ListenerKey): Octets =>
  `${hex(ipv6Number(vip), 16)}${hex(protocolNumbers[protocol], 1)}00${hex(port, 2)}`;
const wordAt = (value: Octets, word: number): number => Buffer.from(value, "hex").readUInt32LE(4 * word);

const fact = (entry: string, value: string, packet: string): Fact => ({ kind: "Balancer", entry, value, packet });

/** Of the node's own maps, and of what stands in each tenant's namespace. */
export function balancerDifferences(
  state: HostState,
  readback: BalancerReadback | null,
  gone: ReadonlySet<HostId>,
): readonly KernelDifference[] {
  const isWanted = (state.loadBalancer ?? defaultLoadBalancer) === "ebpf" && state.networks.length > 0;
  if (readback === null) return isWanted ? [missing] : [];
  if (!isWanted) return [];
  if (readback.problem !== null) return [{ ...missing, kind: "Unread", found: readback.problem, isSure: false }];
  return [
    ...compareFacts(null, wantedMaps(state), foundMaps(readback)),
    ...state.networks.flatMap((network) => [
      ...attachedDifferences(network, readback),
      ...network.loadBalancers.flatMap((listener) => tableDifferences(network, listener, readback, gone)),
    ]),
  ];
}

const missing: KernelDifference = {
  kind: "Balancer",
  netns: null,
  entry: "programs",
  wanted: "loaded",
  found: null,
  packet: "any packet for a listener",
  example: null,
  isSure: true,
};

/** What is told by being there: listeners, addresses of listeners, deliveries, and the host's own MAC. */
function wantedMaps({ underlay, networks }: HostState): readonly Fact[] {
  const listeners = networks.flatMap(({ loadBalancers }) => loadBalancers);
  const vips = new Set(listeners.map(({ vip }) => vip));
  const deliveries = networks.flatMap((network) => network.deliveries);
  return [
    hostFact(macOctets(tunnelMac(underlay.hostId))),
    ...listeners.map((listener) => listenerFact(keyOf(listener))),
    ...[...vips].map((vip) => listenerFact(`${hex(ipv6Number(vip), 16)}00000000`)),
    ...new Map(
      deliveries
        .map((delivery) => `${keyOf(delivery)}${macOctets(delivery.mac)}`)
        .map((key) => [key, deliveryFact(key)]),
    ).values(),
  ];
}

const foundMaps = ({ host, listeners, deliveries }: BalancerReadback): readonly Fact[] => [
  hostFact(host),
  ...listeners.map(([key]) => listenerFact(key)),
  ...deliveries.map(([key]) => deliveryFact(key)),
];

const hostFact = (octets: Octets): Fact => fact("host", octets, "any packet to another host's member");
const listenerFact = (key: Octets): Fact => fact(`listener ${key}`, "there", `to the address and port in ${key}`);
const deliveryFact = (key: Octets): Fact => fact(`delivery ${key}`, "there", `to the member in ${key}`);

function attachedDifferences(
  network: NetworkState,
  { programs, attached }: BalancerReadback,
): readonly KernelDifference[] {
  const netns = networkNamespace(network);
  const at = (device: string, id: number | null): Fact =>
    fact(
      `program at ${device}`,
      id === null ? "none" : `program ${id}`,
      `any packet for a listener that comes by ${device}`,
    );
  const wanted = [at(uplinkTenantDevice, programs.uplink), at(tunnelDevice, programs.tunnel)];
  const found = attached.filter((each) => each.netns === netns).map(({ device, id }) => at(device, id));
  return compareFacts(netns, wanted, found);
}

/** Each slot's members, those that take new flows first. */
function tableDifferences(
  network: NetworkState,
  listener: LoadBalancer,
  readback: BalancerReadback,
  gone: ReadonlySet<HostId>,
): readonly KernelDifference[] {
  const value = readback.listeners.find(([key]) => key === keyOf(listener))?.[1];
  if (value === undefined) return [];
  const netns = networkNamespace(network);
  const [table, , tunnel] = [0, 1, 2].map((word) => wordAt(value, word));
  const ifindex = readback.attached.find((each) => each.netns === netns && each.device === tunnelDevice)?.ifindex;
  const text = listenerText(listener);
  const tunnels = compareFacts(
    netns,
    [fact(`tunnel of ${text}`, `device ${ifindex}`, "to a member elsewhere")],
    [fact(`tunnel of ${text}`, `device ${tunnel}`, "to a member elsewhere")],
  );
  const found = slotsIn(readback, table as number);
  const variants = wantedSlots(listener, gone).map((wanted) => differingSlots(wanted, found));
  const least = variants.toSorted((one, other) => one.length - other.length)[0] ?? [];
  return [
    ...tunnels,
    ...least.map(([slot, wanted, there]): KernelDifference => {
      const example = packetInSlot(slot, listener);
      const entry = `slot ${slot} of ${text}`;
      return {
        kind: "Balancer",
        netns,
        entry,
        wanted,
        found: there,
        example,
        packet: exampleText(example),
        isSure: true,
      };
    }),
  ];
}

/** MACs by place, four for each slot; empty for nobody. Undefined: there is no such table. */
function slotsIn({ tables, members }: BalancerReadback, table: number): readonly string[] | undefined {
  if (table === noTable) return [];
  const value = tables.find(([index]) => index === table)?.[1];
  if (value === undefined) return undefined;
  const macs = new Map(members);
  const octets = Buffer.from(value, "hex");
  return Array.from({ length: octets.length / 2 }, (_, place) => {
    const member = octets.readUInt16LE(2 * place);
    return member === 0 ? "" : (macs.get(member) ?? "nobody");
  });
}

/** Those that stood in for a host that is back may still be asked, or no more. */
function wantedSlots(listener: LoadBalancer, gone: ReadonlySet<HostId>): readonly (readonly string[])[] {
  const { members, draining = [], protocol, former: _, ...rest } = listener;
  // Of datagrams every flow begins without a SYN: former members are asked only while some of them drain.
  const asked = protocol === "udp" && draining.length === 0 ? { ...rest, protocol, members } : listener;
  if (members.length + draining.length === 0) return [[]];
  const left = members.some(({ hostId }) => !gone.has(hostId)) ? gone : new Set<HostId>();
  return [false, true].map((returned) => {
    const { members: all, slots } = candidatesOf(asked, { gone: left, returned });
    const macs = all.map(({ mac }) => macOctets(mac));
    return Array.from(slots, (member) => (member === 0 ? "" : (macs[member - 1] as string)));
  });
}

function differingSlots(
  wanted: readonly string[],
  found: readonly string[] | undefined,
): readonly (readonly [slot: number, wanted: string, found: string | null])[] {
  const count = Math.max(wanted.length, found?.length ?? 0) / candidatesMax;
  const at = (all: readonly string[], slot: number): string =>
    all
      .slice(slot * candidatesMax, (slot + 1) * candidatesMax)
      .filter((mac) => mac !== "")
      .map((mac) => mac.replace(/0000$/, "").replace(/..(?=.)/g, "$&:"))
      .join(", then ");
  return Array.from({ length: count }, (_, slot) => slot).flatMap((slot) => {
    const there = found === undefined ? null : at(found, slot);
    const meant = at(wanted, slot);
    return there === meant ? [] : [[slot, meant, there] as const];
  });
}
