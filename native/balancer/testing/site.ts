/**
 * Three hosts, each with a tunnel to the others and members of its own, and a client that routes between them. Hosts are
 * namespaces; each has a loader of its own, as on machines.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { tunnelMac } from "@netwright/contract";
import { deadMember, deliveryKey, index, macValue } from "./layout.ts";
import { Loader, object } from "./loader.ts";
import { client, listeners, macOf, port, setBuckets, vip } from "./scene.ts";

const talk = join(import.meta.dirname, "../../../packages/drivers/testing/talk.ts");
const crowd = join(import.meta.dirname, "crowd.ts");
const hosts = [1, 2, 3] as const;
type Host = (typeof hosts)[number];
/** By member: where it lives. */
const homes: readonly Host[] = [1, 1, 2, 2, 3];
const targetPort = (member: number): number => 8000 + member;
const address = (host: number): string => `fd00::${host}:2`;
const netns = (host: number): string => `/run/netns/h${host}`;
const sh = (script: string): string => execFileSync("sh", ["-euc", script], { encoding: "utf8" });

/** Frames to a member elsewhere, and back to the load balancer that asks. */
const wayTo = (host: Host): string =>
  [tunnelMac(host), ...homes.flatMap((home, at) => (home === host ? [macOf(at + 1)] : []))]
    .map((mac) => `bridge fdb append ${mac} dev vxlan dst ${address(host)}`)
    .join("\n");

const elements = (host: Host): string =>
  homes
    .flatMap((home, at) => (home === host ? [at + 1] : []))
    .flatMap((member) =>
      ["tcp", "udp"].map(
        (l4) => `${macOf(member)} . ${vip} . ${l4} . ${port} : ${address(host)} . ${targetPort(member)}`,
      ),
    )
    .join(", ");

const hostScript = (host: Host): string => `
  ip netns add h${host}
  ip link add name to${host} type veth peer name uplink netns h${host}
  ip address add fd00::${host}:1/112 dev to${host} nodad; ip link set dev to${host} up
  ip netns exec h${host} sh -euc '
    ip link set dev lo up; ip address add ${address(host)}/112 dev uplink nodad; ip link set dev uplink up
    ip route add default via fd00::${host}:1
    ip link add name vxlan address ${tunnelMac(host)} type vxlan id 7 dstport 4789 local ${address(host)} nolearning udp6zerocsumrx udp6zerocsumtx
    ip link set dev vxlan mtu 1400 up
    ${hosts
      .filter((other) => other !== host)
      .map(wayTo)
      .join("\n")}
    nft "table ip6 t {
      map deliveries { type ether_addr . ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; elements = { ${elements(host)} } }
      chain c { type nat hook prerouting priority dstnat; dnat ip6 to ether daddr . ip6 daddr . meta l4proto . th dport map @deliveries; }
    }"'`;

export class Site implements AsyncDisposable {
  readonly #children: ChildProcess[] = [];
  readonly loaders: ReadonlyMap<Host, Loader> = new Map(
    hosts.map((host) => [host, new Loader(`/run/balancer${host}`)]),
  );
  readonly #answers: AsyncIterator<string>;
  readonly #crowd: ChildProcess;

  private constructor() {
    this.#crowd = this.#spawn([process.execPath, crowd, vip, String(port)]);
    this.#answers = createInterface({ input: this.#crowd.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  static async start(): Promise<Site> {
    sh(
      `echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; ip address add ${client}/128 dev lo\n${hosts.map(hostScript).join("\n")}`,
    );
    const site = new Site();
    await Promise.all(homes.map((host, at) => site.#serve(host, at + 1)));
    await Promise.all(hosts.map((host) => site.#load(host)));
    return site;
  }

  #spawn([program, ...args]: readonly [string, ...string[]]): ChildProcess {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#children.push(child);
    return child;
  }

  async #serve(host: Host, member: number): Promise<void> {
    const inside = ["ip", "netns", "exec", `h${host}`] as const;
    const child = this.#spawn([
      ...inside,
      process.execPath,
      talk,
      "serve",
      `web-${member}`,
      String(targetPort(member)),
    ]);
    await once(child.stdout as NodeJS.ReadableStream, "data");
  }

  async #load(host: Host): Promise<void> {
    const loader = this.loader(host);
    await loader.ask("load", { object });
    await loader.ask("write", { map: "host", entries: [[index(0), macValue(tunnelMac(host))]] });
    const members = homes.map((_, at) => [index(at + 1), macValue(macOf(at + 1))]);
    await loader.ask("write", { map: "members", entries: members });
    for (const [at, home] of homes.entries()) if (home === host) await this.#deliver(host, at + 1);
    for (const [device, program] of Object.entries({ uplink: "uplink", vxlan: "tunnel" }))
      await loader.ask("attach", { netns: netns(host), device, program });
  }

  loader(host: Host): Loader {
    return this.loaders.get(host) as Loader;
  }

  async #deliver(host: Host, member: number): Promise<void> {
    const keys = Object.values(listeners).map((listener) => deliveryKey(listener, macOf(member)));
    await this.loader(host).ask("write", { map: "deliveries", entries: keys.map((key) => [key, index(1)]) });
  }

  /** As when its host or its health said so. Its connections are closed as by the driver that is there for that. */
  async kill(member: number): Promise<void> {
    const forget = `conntrack -D -p tcp --reply-port-src ${targetPort(member)}; conntrack -D -p udp --reply-port-src ${targetPort(member)}`;
    sh(`ip netns exec h${homes[member - 1]} sh -c '${forget}' >/dev/null 2>&1 || true`);
    for (const loader of this.loaders.values())
      await loader.ask("write", { map: "members", entries: [[index(member), deadMember]] });
  }

  async setBuckets(bucket: (slot: number) => readonly number[]): Promise<void> {
    for (const host of hosts) {
      const tunnel = Number(sh(`ip netns exec h${host} cat /sys/class/net/vxlan/ifindex`));
      await setBuckets(this.loader(host), bucket, tunnel);
    }
  }

  /** The load balancer that gets all packets from now on. */
  comeTo(host: Host): void {
    sh(`ip route replace ${vip}/128 via ${address(host)} src ${client} mtu 1400`);
  }

  /** @param line as crowd.ts has it. @returns what each client was told */
  async crowd(line: string): Promise<readonly string[]> {
    this.#crowd.stdin?.write(`${line}\n`);
    return JSON.parse(String((await this.#answers.next()).value)) as readonly string[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    for (const loader of this.loaders.values()) await loader[Symbol.asyncDispose]();
  }
}
