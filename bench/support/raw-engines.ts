/**
 * The engines alone, started by hand: what one host must have before a service answers, without anything that decides
 * or observes. One namespace is a host with a tenant network, one an edge router; a BGP session joins them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inside, ip } from "./namespaces.ts";
import { endServer, startServer } from "./raw-server.ts";
import {
  birdConfig,
  endBatch,
  haproxyConfig,
  networkBatch,
  networkInside,
  oneMoreFlow,
  ruleset,
  siteBatch,
  workloadInside,
  workloadLink,
  workloadOutside,
} from "./raw-text.ts";
import { background, monotonic, run, sleep, until, type Background } from "./shell.ts";

/** A service address of its own for every round. */
const vip = (number: number): string => `2001:db8:100::${number.toString(16)}`;

export interface RawEngines {
  /** Times in milliseconds of each part, from nothing to a service that could answer. */
  apply(): Promise<Readonly<Record<string, number>>>;
  /** The same for one more web server behind it. After \`apply\`. */
  scale(): Promise<Readonly<Record<string, number>>>;
  /** Takes away what \`apply\` and \`scale\` made. */
  reset(): Promise<void>;
  close(): Promise<void>;
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
    const web = await timed(() => startServer(this.#directory, "web1"));
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
    const web = await timed(() => startServer(this.#directory, name));
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
    for (const name of names) await endServer(this.#directory, name);
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

export const startRawEngines = (): Promise<RawEngines> => new Site().open();

export const total = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((sum, part) => sum + part, 0);
