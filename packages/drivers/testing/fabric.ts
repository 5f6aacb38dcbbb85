/** Three hosts behind one edge, and a client beyond it: routes of the underlay written by hand instead of by BGP. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { seconds } from "@netwright/base";
import { anyDriver, type Driver, type HostState, type Problem } from "@netwright/contract";
import { connectionsConntrack } from "../connections-conntrack/index.ts";
import { firewallNftables, readCounts } from "../firewall-nftables/index.ts";
import { linksIproute2 } from "../links/index.ts";
import { loadBalancerNftables } from "../load-balancer-nftables/index.ts";
import { TestNode } from "./node.ts";
import { hostState, instanceId, vip, vtep, type Instance, type Scene } from "./states.ts";
import type { Answer, Question } from "./talk.ts";

const talk = fileURLToPath(new URL("talk.ts", import.meta.url));
export const clientAddress = "2001:db8:f::2";
export const tenant = "nwn-default.web";
export const inside = (instance: Instance): string => `nww-default.${instanceId(instance)}`;

const [links, firewall, connections] = [
  anyDriver(linksIproute2),
  anyDriver(firewallNftables),
  anyDriver(connectionsConntrack),
];
const nftables = anyDriver(loadBalancerNftables);

/** The agent's order, as far as these four are concerned. */
const roundWith = (loadBalancer: Driver): readonly (readonly [Driver, "install" | "retire"])[] => [
  [loadBalancer, "retire"],
  [links, "install"],
  [firewall, "install"],
  [connections, "install"],
  [loadBalancer, "install"],
  [links, "retire"],
  [firewall, "retire"],
  [connections, "retire"],
];

/** One round of the agent's loop; what did not work. */
export async function converge(node: TestNode, state: HostState, balancer = nftables): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const [driver, half] of roundWith(balancer)) {
    const want = driver.want(state);
    const plan = driver.plan(want, await driver.observe(node.system, want));
    problems.push(...(await driver.apply(node.system, plan[half])));
  }
  return problems;
}

/** Every change that another round would make, in words; empty when converged. */
export async function pending(node: TestNode, state: HostState, balancer = nftables): Promise<readonly string[]> {
  const plans = await Promise.all(
    [links, firewall, connections, balancer].map(async (driver) => {
      const want = driver.want(state);
      const { install, retire } = driver.plan(want, await driver.observe(node.system, want));
      return [...install, ...retire].map((change) => `${driver.slot}: ${driver.describe(change)}`);
    }),
  );
  return plans.flat();
}

export class Fabric implements AsyncDisposable {
  readonly client: TestNode;
  readonly edge: TestNode;
  readonly hosts: readonly TestNode[];
  /** Of every host; the last one also of those that come after it. */
  readonly #balancers: readonly Driver[];

  private constructor(client: TestNode, edge: TestNode, hosts: readonly TestNode[], balancers: readonly Driver[]) {
    this.client = client;
    this.edge = edge;
    this.hosts = hosts;
    this.#balancers = balancers;
  }

  static async start(count = 3, ...balancers: readonly Driver[]): Promise<Fabric> {
    const [client, edge, ...hosts] = await Promise.all(Array.from({ length: count + 2 }, () => TestNode.start()));
    const fabric = new Fabric(client as TestNode, edge as TestNode, hosts, balancers);
    try {
      await fabric.#wire();
    } catch (error) {
      await fabric[Symbol.asyncDispose]();
      throw error;
    }
    return fabric;
  }

  host(id: number): TestNode {
    return this.hosts[id - 1] as TestNode;
  }

  #balancer(index: number): Driver {
    return this.#balancers[index] ?? this.#balancers.at(-1) ?? nftables;
  }

  async #wire(): Promise<void> {
    const { edge, client } = this;
    await edge.sh(
      "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; echo 1 > /proc/sys/net/ipv6/fib_multipath_hash_policy",
    );
    await join(edge, "client", "2001:db8:f::1/64", client, "edge", `${clientAddress}/64`);
    await client.sh("ip route add default via 2001:db8:f::1");
    for (const [index, host] of this.hosts.entries()) {
      const id = index + 1;
      const [near, far] = [`fd00:0:0:2::${2 * id}`, `fd00:0:0:2::${2 * id + 1}`];
      await join(edge, `host${id}`, `${near}/127`, host, "edge", `${far}/127`);
      await host.sh(`ip addr add ${vtep(id)}/128 dev lo nodad; ip route add default via ${near} src ${vtep(id)}`);
      await edge.sh(`ip route add ${vtep(id)}/128 via ${far}`);
    }
  }

  /** The edge spreads the VIP over these hosts, as it would after their announcements. */
  async announce(ids: readonly number[]): Promise<void> {
    const hops = ids.map((id) => `nexthop via fd00:0:0:2::${2 * id + 1} dev host${id}`).join(" ");
    await this.edge.sh(`ip -6 route replace ${vip}/128 ${hops}`);
  }

  /** One round on every host; throws on any problem. */
  async apply(scene: Scene): Promise<void> {
    const rounds = await Promise.all(
      this.hosts.map((host, index) => converge(host, hostState(scene, index + 1), this.#balancer(index))),
    );
    const problems = rounds.flat();
    if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
  }

  async pending(scene: Scene): Promise<readonly string[]> {
    const rounds = this.hosts.map((host, index) => pending(host, hostState(scene, index + 1), this.#balancer(index)));
    return (await Promise.all(rounds)).flat();
  }

  /** A server in the workload's namespace that says its name. */
  async serve(instance: Instance, ports: readonly number[]): Promise<void> {
    const child = this.host(instance.host).spawn(
      [process.execPath, talk, "serve", instanceId(instance), ...ports.map(String)],
      inside(instance),
    );
    if (child.stdout !== null) await once(child.stdout, "data");
  }

  askFromClient(questions: readonly Question[]): Promise<readonly Answer[]> {
    return ask(this.client, undefined, questions);
  }

  askFrom(instance: Instance, questions: readonly Question[]): Promise<readonly Answer[]> {
    return ask(this.host(instance.host), inside(instance), questions);
  }

  /** How many of the octets asked for came back over one connection. */
  async fetch(address: string, port: number, octets: number): Promise<number> {
    return Number(await this.client.sh(`exec ${process.execPath} ${talk} fetch ${address} ${port} ${octets}`));
  }

  /** Packets counted by a rule of ours, as `chain/name`. */
  async counted(host: number, rule: string, netns: string | null = tenant): Promise<number> {
    const { counters } = await readCounts(this.host(host).system, netns);
    return counters.find((counter) => counter.rule === rule)?.packets ?? -1;
  }

  /** An open TCP connection; `say` resolves with the answer, or `timeout`. */
  async hold(
    from: Instance | "client",
    address: string,
    port: number,
  ): Promise<{ say(timeout: number): Promise<string> }> {
    const [node, netns] = from === "client" ? [this.client, undefined] : [this.host(from.host), inside(from)];
    const child = node.spawn([process.execPath, talk, "hold", address, String(port)], netns);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    await lines.next();
    return {
      say: (timeout) => {
        child.stdin?.write("?\n");
        const late = new Promise<string>((resolve) => setTimeout(() => resolve("timeout"), timeout));
        return Promise.race([lines.next().then((line) => String(line.value)), late]);
      },
    };
  }

  /** As many flows from the client; each call asks over all of them, and resolves with who answered each. */
  async keep(protocol: "tcp" | "udp", port: number, count: number): Promise<() => Promise<readonly Answer[]>> {
    const child = this.client.spawn([process.execPath, talk, "keep", protocol, vip, String(port), String(count)]);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    await lines.next();
    return async () => {
      child.stdin?.write("?\n");
      return JSON.parse(String((await lines.next()).value)) as readonly Answer[];
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.client, this.edge, ...this.hosts].map((node) => node[Symbol.asyncDispose]()));
  }
}

async function ask(
  node: TestNode,
  netns: string | undefined,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const { stdout, stderr } = await node.system.runner.run([process.execPath, talk, "ask", JSON.stringify(questions)], {
    ...(netns === undefined ? {} : { netns }),
    timeout: seconds(60),
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as readonly Answer[];
}

/** A cable with addresses on both ends and every neighbour written. */
async function join(
  a: TestNode,
  aName: string,
  aAddress: string,
  b: TestNode,
  bName: string,
  bAddress: string,
): Promise<void> {
  await a.sh(`ip link add name ${aName} type veth peer name ${bName} netns ${b.pid}`);
  const macs = await Promise.all([
    a.sh(`ip addr add ${aAddress} dev ${aName} nodad; ip link set dev ${aName} up; ip -j link show dev ${aName}`),
    b.sh(`ip addr add ${bAddress} dev ${bName} nodad; ip link set dev ${bName} up; ip -j link show dev ${bName}`),
  ]);
  const [aMac, bMac] = macs.map((text) => (JSON.parse(text) as readonly { readonly address: string }[])[0]?.address);
  await a.sh(`ip neigh replace ${bAddress.split("/")[0]} lladdr ${bMac} dev ${aName} nud permanent`);
  await b.sh(`ip neigh replace ${aAddress.split("/")[0]} lladdr ${aMac} dev ${bName} nud permanent`);
}
