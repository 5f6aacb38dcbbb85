/**
 * A service of two members, and four ways to them through one and the same topology: client, edge, a host that balances,
 * and the members' hosts behind tunnels. Nothing runs but what packets pass.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { anyDriver, workloadMac } from "@netwright/contract";
import { loadBalancerEbpf } from "@netwright/drivers/load-balancer-ebpf/index.ts";
import { loadBalancerNftables } from "@netwright/drivers/load-balancer-nftables/index.ts";
import { Fabric, inside, tenant } from "../../packages/drivers/testing/fabric.ts";
import {
  addressOf,
  classes,
  defaultListener,
  vip,
  type Instance,
  type Scene,
} from "../../packages/drivers/testing/states.ts";
import { until } from "./shell.ts";

export const ways = ["plain routes", "eBPF", "nftables", "HAProxy"] as const;
export type Way = (typeof ways)[number];

export const url = `http://[${vip}]:443/`;
const members: readonly Instance[] = [2, 3].map((host) => ({ tier: "proxy", number: host, host }));
/** HAProxy stands where the load balancer is, and is reached as any member on its host: the program for that takes 0.1 us. */
const relay: Instance = { tier: "lb", number: 1, host: 1 };

const engineDefaults = `
defaults
    timeout connect 5s
    timeout client 30s
    timeout server 30s`;

/** Answers at once, and costs as little as anything that speaks HTTP. */
const memberConfig = `global
    nbthread 1
    maxconn 4000
${engineDefaults}
    mode http
frontend member
    bind :::8443 v6only
    http-request return status 200 content-type text/plain string hello
`;

const relayConfig = `global
    maxconn 4000
${engineDefaults}
    mode tcp
listen relay
    bind :::8443 v6only
${members.map((member) => `    server m${member.number} [${addressOf(member)}]:8443`).join("\n")}
`;

function sceneOf(way: Way): Scene {
  const listed = way === "HAProxy" ? [relay] : members;
  return { instances: [...members, relay], policy: ["lb>proxy:8443"], listeners: [defaultListener(listed, [1])] };
}

/** The kernel's own choice of two ways, by ports, without connection tracking: what a router would do. */
const plainRoutes = [
  "tc qdisc del dev uplink clsact",
  "nft delete table netdev netwright",
  `nft 'table inet plain { chain early { type filter hook prerouting priority -310; ip6 daddr ${vip} notrack; }; }'`,
  `nft insert rule inet netwright forwarding ip6 daddr ${vip} accept`,
  "echo 1 >/proc/sys/net/ipv6/fib_multipath_hash_policy",
  ...members.map(
    ({ tier, number }) =>
      `ip neigh replace fe80::b:${number} lladdr ${workloadMac(classes[tier], number)} dev vxlan nud permanent`,
  ),
  `ip -6 route replace ${vip}/128 ${members.map(({ number }) => `nexthop via fe80::b:${number} dev vxlan`).join(" ")}`,
].join("; ");

/** Ports are used again as soon as that is safe, and there are enough of them. */
const manyConnections =
  "echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse; echo 1024 65000 >/proc/sys/net/ipv4/ip_local_port_range";

export class Balanced implements AsyncDisposable {
  readonly fabric: Fabric;

  private constructor(fabric: Fabric) {
    this.fabric = fabric;
  }

  /** @param directory for configurations */
  static async start(way: Way, directory: string): Promise<Balanced> {
    const fabric = await Fabric.start(
      3,
      way === "nftables" ? anyDriver(loadBalancerNftables) : anyDriver(loadBalancerEbpf),
    );
    try {
      await fabric.apply(sceneOf(way));
      await fabric.announce([1]);
      if (way === "plain routes") await fabric.host(1).sh(plainRoutes, tenant);
      await fabric.client.sh(manyConnections);
      const start = (instance: Instance, config: string): void => {
        const file = join(directory, `${way}-${instance.tier}-${instance.number}.cfg`);
        writeFileSync(file, config);
        fabric.host(instance.host).spawn(["haproxy", "-db", "-f", file], inside(instance));
      };
      for (const member of members) start(member, memberConfig);
      if (way === "HAProxy") start(relay, relayConfig);
      const answers = (): Promise<boolean> =>
        fabric.client.sh(`curl --silent --fail --max-time 2 '${url}'`).then(
          (text) => text === "hello",
          () => false,
        );
      await until(`${way} leads to an answer`, answers, 30_000, 100);
      return new Balanced(fabric);
    } catch (error) {
      await fabric[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What is told of connections that have ended would be looked through by those that come. */
  async forget(): Promise<void> {
    for (const host of this.fabric.hosts) await host.sh("conntrack --flush 2>&1", tenant);
  }

  /** Packets that the client has sent so far. */
  async sent(): Promise<number> {
    const [link] = JSON.parse(await this.fabric.client.sh("ip -j -s link show dev edge")) as [
      { readonly stats64: { readonly tx: { readonly packets: number } } },
    ];
    return link.stats64.tx.packets;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.fabric[Symbol.asyncDispose]();
  }
}
