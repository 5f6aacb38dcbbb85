/**
 * The engines alone, started by hand: what one host must have before a service answers, without anything that decides
 * or observes. One namespace is a host with a tenant network, one an edge router; a BGP session joins them.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetwrightError } from "@netwright/base";
import { repository } from "../../e2e/product.ts";
import { background, lines, monotonic, run, sleep, until, type Background } from "./shell.ts";

const vip = (number: number): string => `2001:db8:100::${number.toString(16)}`;

/** Two namespaces on one link, and what a host keeps when no service is there. */
const siteBatch = `netns add bench-edge
netns add bench-host
link add name host netns bench-edge type veth peer name edge netns bench-host`;
const endBatch = (device: string, end: number): string => `link set dev lo up
link set dev ${device} addrgenmode none up
addr add fe80::${end}/64 dev ${device} nodad
addr add fd00:0:0:2::${end}/127 dev ${device} nodad`;

/** A tenant network on a host: namespace, tunnel, uplink. */
const networkBatch = `link add name uplinkh type veth peer name uplink netns bench-net
link add name vxlan type vxlan id 7 local fd00:0:0:2::1 dstport 4789 nolearning
link set dev vxlan netns bench-net
link set dev uplinkh up
addr add fe80::2:1/64 dev uplinkh nodad
neigh add fe80::2:2 lladdr 06:00:00:00:00:03 dev uplinkh
route add 2001:db8:100::1/128 via fe80::2:2 dev uplinkh`;
const networkInside = `link set dev lo up
link set dev uplink address 06:00:00:00:00:03 up
link set dev vxlan up
addr add fe80::2:2/64 dev uplink nodad
route add default via fe80::2:1 dev uplink`;

/** A workload's namespace with its veth, address and route. */
const workloadLink = (name: string, number: number): string =>
  `link add name w${number} type veth peer name eth0 netns bench-${name}`;
const workloadOutside = (number: number): string => `link set dev w${number} up
addr add fe80::1/64 dev w${number} nodad
route add fd00:0:1::${number}/128 dev w${number}`;
const workloadInside = (number: number): string => `link set dev lo up
link set dev eth0 up
addr add fd00:0:1::${number}/128 dev eth0 nodad
route add fe80::1 dev eth0
route add default via fe80::1 dev eth0`;

const ruleset = `table inet bench {
  map verdicts { type inet_proto . inet_service . ipv6_addr . ipv6_addr : verdict; elements = { tcp . 8080 . fd00:0:1::1 . fd00:0:1::2 : accept } }
  chain forward { type filter hook forward priority 0; policy drop;
    ct state established,related accept
    ct status dnat accept
    meta l4proto . th dport . ip6 saddr . ip6 daddr vmap @verdicts
    counter drop
  }
  chain prerouting { type nat hook prerouting priority -100;
    ip6 daddr 2001:db8:100::1 tcp dport { 80, 443 } dnat ip6 to fd00:0:1::1
  }
}
`;
const oneMoreFlow = (number: number): string =>
  `add element inet bench verdicts { tcp . 8080 . fd00:0:1::1 . fd00:0:1::${number} : accept }\n`;

const haproxyConfig = (directory: string): string => `global
  stats socket ${directory}/haproxy.sock level admin
  pidfile ${directory}/haproxy.pid
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 60s
frontend https
  bind :::443 v6only ssl crt ${directory}/site.pem alpn h2,http/1.1
  default_backend web
backend web
  server web1 [fd00:0:1::2]:8080
`;

const birdConfig = (self: number, asn: number, services: string): string => `router id 10.0.0.${self + 1};
protocol device { }
protocol static { ipv6;
${services}}
protocol kernel { ipv6 { export where source = RTS_BGP; }; }
protocol bgp peer { local fd00:0:0:2::${self} as ${asn}; neighbor fd00:0:0:2::${1 - self} as ${64_511 - asn + 64_510};
  direct; connect delay time 1; connect retry time 1; ipv6 { import all; export all; next hop self; }; }
`;

export interface RawEngines {
  /** Times in milliseconds of each part, from nothing to a service that could answer. */
  apply(): Promise<Readonly<Record<string, number>>>;
  /** The same for one more web server behind it. After \`apply\`. */
  scale(): Promise<Readonly<Record<string, number>>>;
  /** Takes away what \`apply\` and \`scale\` made. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const ip = (batch: string, netns?: string): Promise<string> =>
  run(["ip", ...(netns === undefined ? [] : ["-n", netns]), "-batch", "-"], batch);
const inside = (netns: string, ...command: readonly string[]): readonly string[] => [
  "nsenter",
  `--net=/run/netns/${netns}`,
  "--",
  ...command,
];

/** Who listens in a namespace, without starting a program. */
function listens(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return lines(readFileSync(`/proc/${pid}/net/tcp6`, "utf8")).some((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    return local.endsWith(wanted) && state === "0A";
  });
}

async function timed(part: () => Promise<unknown>): Promise<number> {
  const started = monotonic();
  await part();
  return monotonic() - started;
}

class Site implements RawEngines {
  readonly #directory = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  readonly #birds: Background[] = [];
  #monitor: Background | undefined;
  #seen = "";
  #workloads = 0;
  #round = 0;

  async open(): Promise<this> {
    await run([
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-subj",
      "/CN=shop.example.net",
      "-keyout",
      this.#file("key.pem"),
      "-out",
      this.#file("crt.pem"),
    ]);
    writeFileSync(
      this.#file("site.pem"),
      readFileSync(this.#file("crt.pem"), "utf8") + readFileSync(this.#file("key.pem"), "utf8"),
    );
    writeFileSync(this.#file("haproxy.cfg"), haproxyConfig(this.#directory));
    await ip(siteBatch);
    await ip(endBatch("host", 0), "bench-edge");
    await ip(endBatch("edge", 1), "bench-host");
    this.#bird("bench-edge", 0, 64_510);
    this.#bird("bench-host", 1, 64_511);
    this.#monitor = background(
      inside("bench-edge", "ip", "-6", "monitor", "route"),
      (line) => (this.#seen += `${line}\n`),
    );
    const shown = ["birdc", "-s", this.#file("bench-host.ctl"), "show", "protocols", "peer"];
    await until("the session is up", async () => (await run(shown).catch(() => "")).includes("Established"));
    // BIRD waits for the end of the neighbour's first table before it is quick.
    await sleep(1500);
    return this;
  }

  async apply(): Promise<Readonly<Record<string, number>>> {
    this.#round += 1;
    const links = await timed(async () => {
      await ip("netns add bench-net\nnetns add bench-proxy\nnetns add bench-web1");
      await ip(networkBatch, "bench-host");
      const workloads = [workloadLink("proxy", 1), workloadLink("web1", 2), workloadOutside(1), workloadOutside(2)];
      await ip([networkInside, ...workloads].join("\n"), "bench-net");
      await ip(workloadInside(1), "bench-proxy");
      await ip(workloadInside(2), "bench-web1");
    });
    const firewall = await timed(() => run(inside("bench-net", "nft", "-f", "-"), ruleset));
    const web = await timed(() => this.#web("web1"));
    const proxy = await timed(() => run(inside("bench-proxy", "haproxy", "-D", "-f", this.#file("haproxy.cfg"))));
    this.#workloads = 2;
    const bgp = await timed(() => this.#announce());
    return { links, firewall, web, proxy, bgp };
  }

  async scale(): Promise<Readonly<Record<string, number>>> {
    const number = (this.#workloads += 1);
    const name = `web${number - 1}`;
    const links = await timed(async () => {
      await ip(`netns add bench-${name}`);
      await ip(`${workloadLink(name, number)}\n${workloadOutside(number)}`, "bench-net");
      await ip(workloadInside(number), `bench-${name}`);
    });
    const firewall = await timed(() => run(inside("bench-net", "nft", "-f", "-"), oneMoreFlow(number)));
    const web = await timed(() => this.#web(name));
    const server = `web/${name}`;
    const proxy = await timed(() =>
      this.#tell(`add server ${server} [fd00:0:1::${number}]:8080; enable server ${server}`),
    );
    return { links, firewall, web, proxy };
  }

  async reset(): Promise<void> {
    if (this.#workloads === 0) return;
    process.kill(Number(readFileSync(this.#file("haproxy.pid"), "utf8")), "SIGKILL");
    const names = Array.from({ length: this.#workloads - 1 }, (_, index) => `web${index + 1}`);
    for (const name of names) await run(["crun", `--root=${this.#file("crun")}`, "delete", "--force", name]);
    await ip(["net", "proxy", ...names].map((name) => `netns del bench-${name}`).join("\n"));
    // Deleting its peer takes the uplink away; the kernel does it a little later.
    await until(
      "the uplink is gone",
      async () => !(await run(["ip", "-n", "bench-host", "-o", "link"])).includes("uplinkh"),
    );
    this.#workloads = 0;
  }

  async close(): Promise<void> {
    await this.reset();
    await this.#monitor?.stop();
    for (const bird of this.#birds) await bird.stop();
    await ip("netns del bench-edge\nnetns del bench-host");
    rmSync(this.#directory, { recursive: true });
  }

  #file = (name: string): string => join(this.#directory, name);

  #bird(netns: string, self: number, asn: number): void {
    writeFileSync(this.#file(`${netns}.conf`), birdConfig(self, asn, ""));
    const files = ["-c", this.#file(`${netns}.conf`), "-s", this.#file(`${netns}.ctl`)];
    this.#birds.push(background(inside(netns, "bird", "-f", ...files)));
  }

  /** From the new configuration to the route in the other router's kernel. */
  async #announce(): Promise<void> {
    const address = vip(this.#round);
    writeFileSync(this.#file("bench-host.conf"), birdConfig(1, 64_511, `  route ${address}/128 unreachable;\n`));
    await run(["birdc", "-s", this.#file("bench-host.ctl"), "configure"]);
    await until(
      `${address} is routed`,
      () => this.#seen.split("\n").some((line) => line.startsWith(`${address} `)),
      30_000,
      1,
    );
  }

  async #web(name: string): Promise<void> {
    const bundle = this.#file(name);
    mkdirSync(join(bundle, "rootfs"), { recursive: true });
    writeFileSync(join(bundle, "config.json"), JSON.stringify(container(name)));
    const pidFile = join(bundle, "pid");
    const log = join(bundle, "log");
    const crun = `crun --root=${this.#file("crun")} --cgroup-manager=disabled run --detach --pid-file=${pidFile} --bundle=${bundle} ${name} >${log} 2>&1 </dev/null || { cat ${log} >&2; false; }`;
    await run(["sh", "-c", crun]);
    const pid = Number(readFileSync(pidFile, "utf8"));
    const look = (): boolean => {
      if (existsSync(`/proc/${pid}`)) return listens(pid, 8080);
      throw new NetwrightError("NW1601", `${name} has ended: ${readFileSync(log, "utf8").trim()}`);
    };
    await until(`${name} listens`, look, 30_000, 1);
  }

  #tell(command: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(this.#file("haproxy.sock"), () => socket.end(`${command}\n`));
      socket
        .on("data", () => {})
        .on("end", () => resolve())
        .on("error", reject);
    });
  }
}

/** The machine's own files, read-only, and the sample server's namespace. */
function container(name: string): object {
  const shown = ["bin", "etc", "lib", "lib64", "opt", "sbin", "usr", repository.split("/")[1] ?? ""];
  const bind = (path: string): object => ({ destination: path, type: "bind", source: path, options: ["rbind", "ro"] });
  return {
    ociVersion: "1.0.0",
    process: {
      args: ["/usr/bin/tini", "--", process.execPath, join(repository, "examples/shop/server.mjs")],
      env: ["PATH=/usr/bin"],
      cwd: "/",
      user: { uid: 65_534, gid: 65_534 },
      noNewPrivileges: true,
    },
    root: { path: "rootfs" },
    hostname: name,
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs" },
      { destination: "/tmp", type: "tmpfs", source: "tmpfs" },
      ...[...new Set(shown)].map((top) => bind(`/${top}`)),
    ],
    linux: {
      namespaces: [
        ...["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
        { type: "network", path: `/run/netns/bench-${name}` },
      ],
    },
  };
}

export const startRawEngines = (): Promise<RawEngines> => new Site().open();

export const total = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((sum, part) => sum + part, 0);
