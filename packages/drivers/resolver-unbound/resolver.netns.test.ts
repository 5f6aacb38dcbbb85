/** Names from inside a workload's namespace: through the firewall, to unbound, and onwards to a name server of the site's. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anyDriver, workloadNamespace, type Driver, type HostState } from "@netwright/contract";
import { nodeFiles, nodeSystem } from "@netwright/system";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectionsConntrack } from "../connections-conntrack/index.ts";
import { firewallNftables, readCounts } from "../firewall-nftables/index.ts";
import { linksIproute2 } from "../links/index.ts";
import { addressOf, hostState, vni, type Instance, type Scene } from "../testing/states.ts";
import { hasEnded, resolverUnbound } from "./index.ts";
import { layoutOf } from "./layout.ts";
import { parseStat } from "./parse.ts";

// unbound gives up its rights after its start, so it must find its files without them.
const directory = mkdtempSync(join(tmpdir(), "netwright-resolver-"));
const system = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
const { runner } = system;
const [links, firewall, connections, resolver] = [
  anyDriver(linksIproute2),
  anyDriver(firewallNftables),
  anyDriver(connectionsConntrack),
  anyDriver(resolverUnbound),
];
const drivers = [links, resolver, firewall, connections];

const web = (number: number): Instance => ({ tier: "web", number, host: number === 1 ? 1 : 2 });
const asker = workloadNamespace({ project: "default" }, { id: "shop-web-1" });
const upstream = join(directory, "upstream.conf");

const stateOf = (names: Scene["names"], nameServers: readonly string[] = ["::1"]): HostState => {
  const state = hostState(
    { instances: [web(1)], policy: [], listeners: [], ...(names === undefined ? {} : { names }) },
    1,
  );
  return { ...state, underlay: { ...state.underlay, nameServers } };
};
const shop = (...instances: Instance[]): Scene["names"] => ({ shop: instances, "web.shop": instances, "db.shop": [] });

async function sh(command: string, netns?: string): Promise<string> {
  const { code, stdout, stderr } = await runner.run(["sh", "-euc", command], netns === undefined ? {} : { netns });
  if (code !== 0) throw new Error(`${command}: ${stderr}${stdout}`);
  return stdout;
}

async function step(driver: Driver, state: HostState, half: "install" | "retire"): Promise<void> {
  const want = driver.want(state);
  const plan = driver.plan(want, await driver.observe(system, want));
  expect(await driver.apply(system, plan[half])).toEqual([]);
}

async function converge(state: HostState): Promise<void> {
  for (const driver of drivers) await step(driver, state, "install");
  for (const driver of [resolver, links, firewall, connections]) await step(driver, state, "retire");
}

async function pending(state: HostState): Promise<readonly string[]> {
  const plans = drivers.map(async (driver) => {
    const want = driver.want(state);
    const { install, retire } = driver.plan(want, await driver.observe(system, want));
    return [...install, ...retire].map((change) => driver.describe(change));
  });
  return (await Promise.all(plans)).flat();
}

/** Status, then the answer, or the authority where there is none. */
async function ask(question: string, netns: string | undefined = asker, server = "fd6e:7700::53"): Promise<string> {
  const said = await sh(
    `dig +noall +comments +answer +authority +time=2 +tries=2 ${question} @${server} || true`,
    netns,
  );
  const status = /status: (\w+)/.exec(said)?.[1] ?? "silence";
  const records = said.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
  return [status, ...records.map((line) => line.split(/\s+/).slice(1).join(" ")).toSorted()].join("; ");
}
const answer = (...instances: Instance[]): string =>
  ["NOERROR", ...instances.map((each) => `0 IN AAAA ${addressOf(each)}`)].join("; ");
const soa = /0 IN SOA internal\. nobody\.invalid\. \d+ 3600 1200 604800 0$/;

const processOf = async (network = vni) =>
  parseStat((await nodeFiles.read(layoutOf(system.paths, network).process)) ?? "");

beforeAll(async () => {
  await sh(`chmod 755 ${directory}`);
  await nodeFiles.write(
    upstream,
    `server:\n  interface: ::1\n  username: ""\n  chroot: ""\n  pidfile: ""\n  use-syslog: no\n  log-queries: yes\n` +
      `  local-zone: "." static\n  local-data: "www.example.net. 60 IN AAAA 2001:db8:f::80"\n` +
      `remote-control:\n  control-enable: no\n`,
  );
  await system.processes.start(["unbound", "-d", "-c", upstream], { log: join(directory, "upstream.log") });
  await converge(stateOf(shop(web(1))));
});
afterAll(() => rmSync(directory, { recursive: true }));

test("nothing is left to do, and the node has all it needs", async () => {
  expect(await pending(stateOf(shop(web(1))))).toEqual([]);
  expect(await resolver.probe(system)).toEqual([]);
});

test("a workload gets addresses of tiers and services, over UDP and TCP", async () => {
  expect(await ask("web.shop.internal AAAA")).toBe(answer(web(1)));
  expect(await ask("+tcp shop.internal AAAA")).toBe(answer(web(1)));
});

test("no is said in the right words: no such name, no such type, no instance", async () => {
  expect(await ask("nothing.internal AAAA")).toMatch(/^NXDOMAIN; /);
  expect(await ask("web.shop.internal A")).toMatch(/^NOERROR; /);
  expect(await ask("db.shop.internal AAAA")).toMatch(/^NOERROR; /);
  for (const question of ["nothing.internal AAAA", "web.shop.internal A", "db.shop.internal AAAA", "internal NS"])
    expect(await ask(question)).toMatch(soa);
  expect(await ask(`-x ${addressOf(web(1))}`)).toMatch(/^NXDOMAIN; .* SOA internal\./);
});

test("all other names are asked of the site's name server, and internal ones never", async () => {
  expect(await ask("www.example.net AAAA")).toMatch(/^NOERROR; \d+ IN AAAA 2001:db8:f::80$/);
  const asked = (await nodeFiles.read(join(directory, "upstream.log"))) ?? "";
  expect(asked).toContain("www.example.net. AAAA");
  expect(asked).not.toMatch(/internal|ip6\.arpa/);
});

test("names follow without a restart, and no answer in between is none", async () => {
  const before = await processOf();
  const asking = sh(
    "for i in $(seq 60); do dig +short +time=2 @fd6e:7700::53 web.shop.internal AAAA | wc -l; done",
    asker,
  );
  for (const number of [2, 3, 4, 3, 2]) {
    const instances = Array.from({ length: number }, (_, index) => web(index + 1));
    await step(resolver, stateOf(shop(...instances)), "install");
    expect(await ask("web.shop.internal AAAA")).toBe(answer(...instances));
  }
  const counts = (await asking).trim().split("\n").map(Number);
  expect(counts).toHaveLength(60);
  expect(Math.min(...counts)).toBeGreaterThan(0);
  expect(await processOf()).toEqual(before);
});

test("more addresses than a datagram holds come over TCP", async () => {
  const many = Array.from({ length: 100 }, (_, index) => web(index + 1));
  await step(resolver, stateOf(shop(...many)), "install");
  expect((await ask("web.shop.internal AAAA")).split(";")).toHaveLength(101);
});

test("only workloads of the network reach its resolver, and only for names", async () => {
  const [networkHost, client] = [`fd6e:7700::${vni}:1`, `fd6e:7700::${vni}:2`];
  const dropped = async () =>
    (await readCounts(system, "nwn-default.web")).counters.find(({ rule }) => rule === "forwarding/denied-to-outside")
      ?.packets;
  const before = await dropped();
  expect(await ask("+time=1 +tries=1 -p 5300 shop.internal AAAA", asker, networkHost)).toBe("silence");
  expect(await ask("+time=1 +tries=1 -p 22 shop.internal AAAA")).toBe("silence");
  expect(await dropped()).toBeGreaterThan(before ?? Infinity);
  // Who is on the node itself and is not the network is refused.
  expect(await ask("+time=1 +tries=1 -p 5300 shop.internal AAAA", undefined, networkHost)).toBe("silence");
  expect(client).toBe("fd6e:7700::7:2");
});

test("without a name server, names outside are refused, and those inside go on", async () => {
  await step(resolver, stateOf(shop(web(1)), []), "install");
  expect(await ask("www.example.net AAAA")).toBe("REFUSED");
  expect(await ask("shop.internal AAAA")).toBe(answer(web(1)));
});

test("one that was killed, and one that hangs, is started again", async () => {
  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    const before = await processOf();
    if (before === undefined) throw new Error("no process");
    expect(await hasEnded(system, stateOf({}))).toBe(false);
    await system.processes.signal(before, signal);
    await step(resolver, stateOf(shop(web(1))), "install");
    expect(await processOf()).not.toEqual(before);
    expect(await ask("shop.internal AAAA")).toBe(answer(web(1)));
    expect(await pending(stateOf(shop(web(1))))).toEqual([]);
  }
});

test("goes with the last workload, and leaves nothing", async () => {
  const before = await processOf();
  await converge({ ...stateOf(undefined), networks: [] });
  expect(before !== undefined && (await system.processes.alive(before))).toBe(false);
  expect(await nodeFiles.exists(layoutOf(system.paths, vni).directory)).toBe(false);
  expect(await sh("ip -6 -o address show to fd6e:7700::/64")).toBe("");
});
