/** Slots of load balancers in nftables, one by one: which member a client gets. */
import { ipv6Number } from "@netwright/base";
import { maglevTable, networkNamespace, nftTable, type LoadBalancer, type NetworkState } from "@netwright/contract";
import type { NftTable } from "../tables/nft-text.ts";
import { exampleText, listenerText, packetInSlot } from "./client-port.ts";
import type { KernelDifference } from "./difference.ts";

/** The slots that differ, and the tables as if they did not: what else is wrong there is told apart from them. */
export interface Slots {
  readonly differences: readonly KernelDifference[];
  readonly tables: readonly NftTable[];
}

export function slotsOf(network: NetworkState | undefined, tables: readonly NftTable[]): Slots {
  const own = tables.find(({ family, name }) => family === "netdev" && name === nftTable);
  if (network === undefined || own === undefined) return { differences: [], tables };
  const sets = new Map(own.sets);
  const differences = network.loadBalancers.flatMap((balancer) => {
    const found = own.sets.get(slotsName(balancer));
    if (found === undefined) return [];
    const wanted = wantedSlots(balancer);
    const there = new Map(found.elements.map(({ key, data }) => [Number(key[0]), data[0] ?? ""]));
    const elements = [...wanted].map(([slot, mac]) => ({ key: [String(slot)], data: [mac] }));
    sets.set(found.name, { ...found, elements });
    return differingSlots(wanted, there).map((slot) =>
      slotDifference(network, balancer, slot, wanted.get(slot) ?? null, there.get(slot) ?? null),
    );
  });
  return { differences, tables: tables.map((table) => (table === own ? { ...own, sets } : table)) };
}

function slotDifference(
  network: NetworkState,
  balancer: LoadBalancer,
  slot: number,
  wanted: string | null,
  found: string | null,
): KernelDifference {
  const example = packetInSlot(slot, balancer);
  return {
    kind: "Balancer",
    netns: networkNamespace(network),
    entry: `slot ${slot} of ${listenerText(balancer)}`,
    wanted,
    found,
    example,
    packet: exampleText(example),
    isSure: true,
  };
}

const slotsName = ({ protocol, port, vip }: LoadBalancer): string =>
  `slots_${protocol}_${port}_${ipv6Number(vip).toString(16).padStart(32, "0")}`;

type MemberBySlot = ReadonlyMap<number, string>;

function wantedSlots({ members }: LoadBalancer): MemberBySlot {
  const table = maglevTable(members.map(({ instance }) => instance));
  return new Map([...table].map((member, slot) => [slot, members[member]?.mac as string]));
}

const differingSlots = (wanted: MemberBySlot, found: MemberBySlot): readonly number[] =>
  [...new Set([...wanted.keys(), ...found.keys()])].filter((slot) => wanted.get(slot) !== found.get(slot));
