/** Faults that only drop: cut links, partitions, DNS that fails. Pure. */
import type { Device, FaultNumber, FaultPlan } from "./plan.ts";
import { addTables, chainsByNode, removeTables, type Chain } from "./rules.ts";

type Entry = Parameters<typeof chainsByNode>[0][number];

function planDrops(id: FaultNumber, entries: readonly Entry[]): FaultPlan {
  const chains = chainsByNode(entries);
  return { begin: addTables(id, chains), end: removeTables(id, chains.keys()) };
}

/** Nothing leaves the first device and nothing arrives by the second, where each is one end of a direction. */
export function planCut(
  id: FaultNumber,
  directions: readonly { readonly from: Device; readonly to: Device }[],
): FaultPlan {
  const chain = ({ device }: Device, hook: Chain["hook"]): Chain => ({ device, hook, rules: [], policy: "drop" });
  return planDrops(
    id,
    directions.flatMap(({ from, to }) => [
      { pid: from.pid, chain: chain(from, "egress") },
      { pid: to.pid, chain: chain(to, "ingress") },
    ]),
  );
}

/** How frames of a node are known. */
export interface Identity {
  readonly macs: readonly string[];
  /** Of both families, without link-local ones, which others may have too. */
  readonly addresses: readonly string[];
}

/** What arrives at `devices` from one of `from` vanishes. */
export interface Barrier {
  readonly devices: readonly Device[];
  readonly from: readonly Identity[];
}

export function planPartition(id: FaultNumber, barriers: readonly Barrier[]): FaultPlan {
  return planDrops(
    id,
    barriers.flatMap(({ devices, from }) => {
      const rules = sourceRules(from);
      return devices.map(({ pid, device }): Entry => ({ pid, chain: { device, hook: "ingress", rules } }));
    }),
  );
}

function sourceRules(from: readonly Identity[]): readonly string[] {
  const rule = (expression: string, values: readonly string[]): readonly string[] =>
    values.length === 0 ? [] : [`${expression} { ${[...new Set(values)].join(", ")} } drop`];
  const addresses = from.flatMap((identity) => identity.addresses);
  return [
    ...rule(
      "ether saddr",
      from.flatMap(({ macs }) => macs),
    ),
    ...rule(
      "ip6 saddr",
      addresses.filter((address) => address.includes(":")),
    ),
    ...rule(
      "ip saddr",
      addresses.filter((address) => !address.includes(":")),
    ),
  ];
}

export function planDnsFailure(id: FaultNumber, devices: readonly Device[]): FaultPlan {
  const rules = ["th sport 53", "th dport 53"].map((port) => `meta l4proto { tcp, udp } ${port} drop`);
  return planDrops(
    id,
    devices.flatMap(({ pid, device }) =>
      (["ingress", "egress"] as const).map((hook): Entry => ({ pid, chain: { device, hook, rules } })),
    ),
  );
}
