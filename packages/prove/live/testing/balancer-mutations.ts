/** Of maps and programs of the load balancer in eBPF. */
import type { BalancerReadback, HostState, KernelReadback } from "@netwright/contract";
import { word } from "@netwright/drivers/load-balancer-ebpf/layout.ts";
import { loaderOf } from "@netwright/drivers/load-balancer-ebpf/loader.ts";
import type { TestNode } from "@netwright/drivers/testing/node.ts";
import { shell, tenantOf, type Mutation } from "./mutation.ts";

type Pair = readonly [key: string, value: string];

export function balancerMutations(
  node: TestNode,
  state: HostState,
  { balancer }: KernelReadback,
  repair: () => Promise<unknown>,
): readonly Mutation[] {
  if (balancer === null) throw new Error("no load balancer is loaded");
  const tenant = tenantOf(state);
  const ask = async (op: "write" | "remove", map: string, what: readonly unknown[]): Promise<void> => {
    const [answer] = await loaderOf(node.system).ask([{ op, map, [op === "write" ? "entries" : "keys"]: what }]);
    if (answer instanceof Error) throw answer;
  };
  const made = (
    name: string,
    netns: string | null,
    says: string,
    change: readonly [() => Promise<void>, () => Promise<unknown>],
  ): Mutation => ({
    name,
    netns,
    kinds: ["Balancer", "Rules"],
    says,
    make: change[0],
    undo: change[1],
  });
  const written = (map: string, [key, value]: Pair, other: string) =>
    [() => ask("write", map, [[key, other]]), () => ask("write", map, [[key, value]])] as const;
  const removed = (map: string, [key, value]: Pair) =>
    [() => ask("remove", map, [key]), () => ask("write", map, [[key, value]])] as const;
  const added = (map: string, [key, value]: Pair) =>
    [() => ask("write", map, [[key, value]]), () => ask("remove", map, [key])] as const;
  const flipped = (octets: string): string => octets.replace(/^..../, (first) => (first === "0200" ? "0300" : "0200"));
  return [
    made("another host", null, "host", written("host", [word(0), balancer.host], flipped(balancer.host))),
    ...balancer.listeners.map((pair) => made(`without listener ${pair[0]}`, null, pair[0], removed("listeners", pair))),
    ...balancer.deliveries.map((pair) =>
      made(`without delivery ${pair[0]}`, null, pair[0], removed("deliveries", pair)),
    ),
    ...balancer.listeners
      .slice(0, 1)
      .map((pair) => made("a listener more", null, "listener", added("listeners", [flipped(pair[0]), pair[1]]))),
    ...balancer.deliveries
      .slice(0, 1)
      .map((pair) => made("a delivery more", null, "delivery", added("deliveries", [flipped(pair[0]), pair[1]]))),
    ...balancer.members.map(([index, value]) =>
      made(`member ${index} is another`, tenant, "slot", written("members", [word(index), value], flipped(value))),
    ),
    ...tableMutations(balancer).map(([slot, table, value, other]) =>
      made(`table ${table} slot ${slot}`, tenant, `slot ${slot} `, written("tables", [word(table), value], other)),
    ),
    ...["uplink", "vxlan"].map((device) =>
      made(`no program at ${device}`, tenant, device, [
        async () => void (await shell(node, tenant, `tc filter del dev ${device} ingress pref 28279`)),
        repair,
      ]),
    ),
    made("no refusals", tenant, "reject", [
      async () => void (await shell(node, tenant, "nft delete table netdev netwright")),
      repair,
    ]),
  ];
}

/** One slot with the other member, with nobody, with one that was never there; one that has a second member. */
function tableMutations({
  tables,
}: BalancerReadback): readonly (readonly [slot: number, table: number, value: string, other: string])[] {
  return tables.flatMap(([table, value]) =>
    [0, 300, 1020].flatMap((slot) => {
      const at = 16 * slot;
      const now = value.slice(at, at + 4);
      const member = now === "0100" ? "0200" : "0100";
      const put = (offset: number, octets: string): string =>
        value.slice(0, at + offset) + octets + value.slice(at + offset + octets.length);
      return [put(0, member), put(0, "0000"), put(0, "0900"), put(4, member)].map(
        (other) => [slot, table, value, other] as const,
      );
    }),
  );
}
