/** The load balancer in the kernel: what a packet costs, and what it costs to program it, beside the same in nftables. */
import { mkdtempSync, rmSync } from "node:fs";
import { parseIpv6, type Ipv6 } from "@netwright/base";
import {
  maglevSize,
  maglevTable,
  tunnelMac,
  uplinkTenantDevice,
  tunnelDevice,
  workloadMac,
  type LoadBalancer,
  type NetworkState,
} from "@netwright/contract";
import { balancerTable, listenerName } from "../packages/drivers/load-balancer-nftables/render.ts";
import { renderTable } from "../packages/drivers/nftables/render.ts";
import { flags, ofFlow, type Flow } from "../native/balancer/testing/frames.ts";
import { index, listenerKey, listenerValue, macValue, tableValue } from "../native/balancer/testing/layout.ts";
import { Loader, object } from "../native/balancer/testing/loader.ts";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";
import { ip, inside, unwire } from "./support/namespaces.ts";
import { run } from "./support/shell.ts";

const membersEach = 50;
const port = 443;
const vipOf = (service: number): Ipv6 => parseIpv6(`2001:db8:100::${(service + 1).toString(16)}`);
const instanceOf = (service: number, member: number): string => `s${service}-web-${member}`;
/** In `members`, whose first element stands for nobody. */
const indexOf = (service: number, member: number): number => service * (membersEach + 1) + member + 1;

/** A listener of its own, in eBPF: table and address of a service, members 0 to `count`. */
function buckets(service: number, count: number): string {
  const table = maglevTable(Array.from({ length: count }, (_, member) => instanceOf(service, member)));
  return tableValue((slot) => [indexOf(service, table[slot] ?? 0)]);
}

interface Programmed {
  readonly loader: Loader;
  /** All services, from nothing: their tables are computed as well. */
  cold(services: number): Promise<void>;
  /** One more member of the first service: a new table in another place, then the listener. */
  oneMore(): Promise<void>;
  close(): Promise<void>;
}

async function start(): Promise<Programmed> {
  const directory = mkdtempSync("/run/bench-balancer-");
  const loader = new Loader(directory);
  await loader.ask("load", { object });
  await loader.ask("write", { map: "host", entries: [[index(0), macValue(tunnelMac(1))]] });
  let more = 0;
  const listener = (service: number, table: number): readonly [string, string] => [
    listenerKey({ vip: vipOf(service), protocol: 6, port }),
    listenerValue(table, service + 1, 1),
  ];
  const of = <T>(services: number, each: (service: number) => T): readonly T[] =>
    Array.from({ length: services }, (_, service) => each(service));
  return {
    loader,
    cold: async (services) => {
      const members = of(services, (service) =>
        Array.from({ length: membersEach }, (_, member) => [
          index(indexOf(service, member)),
          macValue(workloadMac(service + 1, member + 1)),
        ]),
      );
      await Promise.all([
        loader.ask("write", { map: "members", entries: members.flat() }),
        loader.ask("write", {
          map: "tables",
          entries: of(services, (service) => [index(service), buckets(service, membersEach)]),
        }),
        loader.ask("write", { map: "listeners", entries: of(services, (service) => listener(service, service)) }),
      ]);
    },
    oneMore: async () => {
      const count = membersEach + (more++ % 2 === 0 ? 1 : 0);
      const table = 2000 + (more % 2);
      const member = [index(indexOf(0, membersEach)), macValue(workloadMac(1, membersEach + 1))];
      await Promise.all([
        loader.ask("write", { map: "members", entries: [member] }),
        loader.ask("write", { map: "tables", entries: [[index(table), buckets(0, count)]] }),
        loader.ask("write", { map: "listeners", entries: [listener(0, table)] }),
      ]);
    },
    close: async () => {
      await loader.ask("unload");
      await loader[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One side of a comparison, with a balancer of its own. */
function inKernel(prepare: (it: Programmed) => Promise<void>, work: (it: Programmed) => Promise<number | void>): Side {
  let it: Programmed;
  return {
    prepare: async () => {
      it = await start();
      await prepare(it);
    },
    run: () => work(it),
    close: () => it.close(),
  };
}

const flow: Flow = { client: parseIpv6("2001:db8:f::2"), clientPort: 40_000, vip: vipOf(0), port, protocol: "tcp" };
const repeat = 1_000_000;
/** Nanoseconds a packet takes in the program, by the kernel's own clock. */
const packet = async ({ loader }: Programmed): Promise<number> =>
  (await loader.test("uplink", ofFlow(flow, flags.ack), { repeat })).nanoseconds;

const listenerOf = (service: number, count: number): LoadBalancer => ({
  vip: vipOf(service),
  protocol: "tcp",
  port,
  service: `s${service}`,
  members: Array.from({ length: count }, (_, member) => ({
    instance: instanceOf(service, member),
    hostId: 2,
    mac: workloadMac(service + 1, member + 1),
  })),
  origin: { object: `service/s${service}`, field: "spec.expose[0]" },
});
const tableOf = (services: number, count: number): string => {
  const loadBalancers = Array.from({ length: services }, (_, service) => listenerOf(service, count));
  const memberMacs = loadBalancers.flatMap(({ members }) => members.map(({ mac }) => mac));
  const network = { deliveries: [], tunnels: [{ memberMacs }], loadBalancers };
  return renderTable(balancerTable(network as unknown as NetworkState));
};

/** The slots that have another member, as the driver would change them: in one transaction. */
function changedSlots(from: number, to: number): string {
  const [before, after] = [from, to].map((count) => listenerOf(0, count)) as [LoadBalancer, LoadBalancer];
  const [old, young] = [before, after].map(({ members }) => maglevTable(members.map(({ instance }) => instance)));
  const moved = Array.from({ length: maglevSize }, (_, slot) => slot).filter((slot) => old?.[slot] !== young?.[slot]);
  const map = `element netdev netwright slots_${listenerName(before)}`;
  const added = moved.map((slot) => `${slot} : ${after.members[young?.[slot] ?? 0]?.mac}`);
  return `delete ${map} { ${moved.join(", ")} }\nadd ${map} { ${added.join(", ")} }\n`;
}

const netns = "bench-balancer";
const nft = (script: string): Promise<string> => run(inside(netns, "nft", "-f", "-"), script);
const makeNamespace = async (): Promise<void> => {
  await ip(`netns add ${netns}`);
  await ip(`link add name ${uplinkTenantDevice} type veth peer name ${tunnelDevice}`, netns);
};
const removeNamespace = async (): Promise<void> => void (await unwire([netns]));

const coldInNft = (services: number): Side => ({
  prepare: makeNamespace,
  reset: async () => void (await nft("table netdev netwright\ndelete table netdev netwright\n")),
  run: async () => void (await nft(tableOf(services, membersEach))),
  close: removeNamespace,
});

function oneMoreInNft(services: number): Side {
  let count = membersEach;
  return {
    prepare: async () => {
      await makeNamespace();
      await nft(tableOf(services, membersEach));
    },
    run: async () => {
      const to = count === membersEach ? membersEach + 1 : membersEach;
      await nft(changedSlots(count, to));
      count = to;
    },
    close: removeNamespace,
  };
}

export const benchmark: Benchmark = {
  name: "balancer",
  bar: "a packet costs the same with 1,000 services as with one; 1,000 services of 50 members within 1 s, one member more in 20 ms",
  cases: async () => [
    {
      name: "a packet, 1,000 services against 1",
      unit: "ns",
      bars: [{ of: "ratio upper bound", atMost: 1.15 }],
      measured: inKernel((it) => it.cold(1000), packet),
      baseline: inKernel((it) => it.cold(1), packet),
    },
    {
      name: "1,000 services of 50, cold",
      bars: [{ of: "median", atMost: 1000 }],
      measured: inKernel(
        async () => {},
        (it) => it.cold(1000),
      ),
    },
    {
      name: "100 services of 50, cold, against nftables",
      bars: [{ of: "ratio", atMost: 1 }],
      rounds: 5,
      measured: inKernel(
        async () => {},
        (it) => it.cold(100),
      ),
      baseline: coldInNft(100),
    },
    {
      name: "one member more, of 100 services, against nftables",
      bars: [
        { of: "ratio", atMost: 1 },
        { of: "median", atMost: 20 },
      ],
      measured: inKernel(
        (it) => it.cold(100),
        (it) => it.oneMore(),
      ),
      baseline: oneMoreInNft(100),
    },
  ],
};
