/** What the first packet of a new flow costs at a host's tenant firewall, by the number of flows in its map. */
import type { NetworkState, PolicyEntry } from "@netwright/contract";
import { workloadAddress, workloadVeth } from "@netwright/contract";
import { parsePrefix } from "@netwright/base";
import { tenantTable } from "../packages/drivers/firewall-nftables/tenant-table.ts";
import { renderTable } from "../packages/drivers/nftables/render.ts";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { inside, ip, unwire } from "./support/namespaces.ts";
import { run } from "./support/shell.ts";

const prefix = parsePrefix("fd00:0:1:7::/64");
const workloads = [1, 2].map((cls) => ({
  id: `w${cls}`,
  class: cls,
  number: 1,
  address: workloadAddress(prefix, 1, cls, 1),
}));
const [, to] = workloads;
/** Half of them for TCP, so that the other half is what the packets look for. */
const flowsOf = (ports: number): readonly PolicyEntry[] =>
  (["tcp", "udp"] as const).flatMap((protocol) =>
    Array.from({ length: ports }, (_, index) => ({
      from: 1,
      to: 2,
      protocol,
      port: index + 1,
      origin: { object: "service/x", field: "spec.allow[0]" },
    })),
  );

/** The table of a network with two workloads on this host, as the firewall's driver renders it. */
function rulesOf(ports: number): string {
  const network = {
    project: "default",
    name: "bench",
    vni: 7,
    prefix,
    mtu: 1430,
    tunnels: [],
    workloads,
    policy: flowsOf(ports),
    loadBalancers: [],
    deliveries: [],
  };
  return renderTable(tenantTable(network as unknown as NetworkState, 1));
}

/** A sender and a receiver, which throws away what comes, on both sides of a tenant namespace. */
async function build(name: string): Promise<readonly string[]> {
  const [sender, tenant, receiver] = [`${name}-from`, `${name}-net`, `${name}-to`];
  const names = [sender, tenant, receiver];
  await ip(names.map((each) => `netns add ${each}`).join("\n"));
  await run(inside(tenant, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"));
  for (const [index, workload] of workloads.entries()) {
    const netns = index === 0 ? sender : receiver;
    const [device, mac] = [workloadVeth(workload), `02:00:00:00:00:0${index + 1}`];
    await ip(
      `link add name ${device} address 02:00:00:00:01:01 type veth peer name eth0 address ${mac} netns ${netns}
link set dev ${device} addrgenmode none up
addr add fe80::1/64 dev ${device} nodad
route add ${workload.address}/128 dev ${device}
neigh add ${workload.address} lladdr ${mac} dev ${device} nud permanent`,
      tenant,
    );
    await ip(
      `link set dev eth0 addrgenmode none up
addr add ${workload.address}/128 dev eth0 nodad
route add fe80::1 dev eth0
neigh add fe80::1 lladdr 02:00:00:00:01:01 dev eth0 nud permanent
route add default via fe80::1 dev eth0`,
      netns,
    );
  }
  await run(
    inside(receiver, "nft", "-f", "-"),
    "table netdev sink {\n chain sink { type filter hook ingress device eth0 priority 0; policy drop;\n counter\n }\n}\n",
  );
  return names;
}

const packets = 10_000;

/** A new socket, and so a new flow, for every packet; bash does it without starting a program. */
const send = (ports: number): string =>
  `for ((i = 0; i < ${packets}; i++)); do echo >"/dev/udp/${to?.address}/$((1 + i * 7919 % ${ports}))"; done`;

function sending(name: string, ports: number): Case["measured"] {
  let names: readonly string[] = [];
  let count = 0;
  return {
    prepare: async () => {
      names = await build(name);
      await run(inside(`${name}-net`, "nft", "-f", "-"), rulesOf(ports));
    },
    // A full table of connections would refuse new ones.
    reset: async () => void (await run(inside(`${name}-net`, "conntrack", "--flush"))),
    run: async () => {
      const times = await run(inside(`${name}-from`, "bash", "-c", `${send(ports)}; times`));
      const seen = Number(
        /packets (\d+)/.exec(await run(inside(`${name}-to`, "nft", "list", "table", "netdev", "sink")))?.[1],
      );
      // The kernel itself sends a few more.
      if (seen - count < packets)
        throw new RangeError(`Invariant: all packets pass; ${seen - count} of ${packets} did`);
      count = seen;
      return (cpuSeconds(times) * 1e6) / packets;
    },
    close: async () => void (await unwire(names)),
  };
}

/** User and system time of the shell itself, the first line of \`times\`. */
function cpuSeconds(times: string): number {
  const first = times.split("\n")[0] ?? "";
  return [...first.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

export const benchmark: Benchmark = {
  name: "firewall",
  bar: "the first packets of new flows: 100,000 elements against 10, at most 1.15 times, as an upper bound of 95 %",
  cases: async () => [
    {
      name: `${packets} packets, each`,
      unit: "us",
      bars: [{ of: "ratio upper bound", atMost: 1.15 }],
      measured: sending("many", 50_000),
      baseline: sending("few", 5),
    },
  ],
};
