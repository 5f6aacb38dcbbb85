/**
 * Members die without a word: how long the load balancers send new connections to them. The same tier is behind a TCP
 * listener, whose members its hosts' agents watch, and behind proxies, which watch for themselves and ask somebody else instead.
 */
import { parseManifests, toApplyObject } from "@netwright/api";
import type { Bar, Benchmark, Case } from "../tools/measure/benchmark.ts";
import { hostsOf, processesOf } from "./support/instances.ts";
import { startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { isFailed, startLoad, type Load } from "./support/load.ts";
import { outageOf, type Outage } from "./support/outages.ts";
import { monotonic, sleep } from "./support/shell.ts";
import { told, toldEach } from "./support/told.ts";

const members = 10;
const cuts = 2;
/** A check interval, which is left at its default of 1 s, and 200 ms. */
const bar = 1200;

/** A member that comes back does so after everybody has noticed. */
const program = `
const server = require("http").createServer((request, response) => response.end("hello"));
setTimeout(() => server.listen(8080, "::"), 2500);
process.on("SIGTERM", () => process.exit(0));
`;

const manifest = `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: mortal }
spec:
  network: mortal
  expose:
    - { hostname: mortal.example.net, protocol: TCP, port: 8080, tier: web }
    - { hostname: mortal.example.net, protocol: HTTPS }
  tiers:
    - { name: lb, replicas: 2, spread: required }
    - { name: proxy, replicas: 2, spread: required }
    - { name: web, replicas: ${members}, workload: { image: host, command: [node, -e, ${JSON.stringify(program)}], port: 8080 } }
`;

/** What the load balancers are seen by, and what the proxies are. */
interface Loads {
  readonly direct: Load;
  readonly proxied: Load;
}

async function startLoads(lab: BenchLab): Promise<Loads> {
  const common = { timeout: 3000, fresh: 1 };
  const direct = startLoad(lab, { ...common, url: "http://mortal.example.net:8080/", rate: 250 });
  const proxied = startLoad(lab, { ...common, url: "https://mortal.example.net/", rate: 40, node: "internet2" });
  await Promise.all([direct, proxied].map((load) => load.first((answer) => !isFailed(answer))));
  return { direct, proxied };
}

interface Death {
  /** When it was begun. */
  readonly at: number;
  /** Until everything was well again. */
  readonly until: number;
}

/** Of its program alone: whatever else there is of an instance is not told before the kernel tells. */
async function die(lab: BenchLab, instance: string): Promise<Death> {
  const pids = processesOf(instance, "node");
  if (pids.length === 0) throw new RangeError(`Invariant: ${instance} runs`);
  const at = monotonic();
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await sleep(2000);
  await tierIs(lab, "web", members, "mortal");
  return { at, until: monotonic() };
}

/** A host that has members and nothing that balances: the edges' part is another benchmark's. */
async function loneHost(lab: BenchLab): Promise<string> {
  const balancing = new Set((await hostsOf(lab, "mortal", "lb")).values());
  const host = [...(await hostsOf(lab, "mortal", "web")).values()].find((each) => !balancing.has(each));
  if (host === undefined) throw new RangeError("Invariant: a host has members and no load balancer");
  return host;
}

async function cutOff(lab: BenchLab, host: string): Promise<Death> {
  const links = ["edge1", "edge2"].map((edge) => `${host}:${edge}`);
  const at = monotonic();
  // Both at once, or the time between counts too. When it happens is seen in what fails: the command ends later.
  await Promise.all(links.map((link) => lab.netwright("lab", "cut", link)));
  // As long as requests may take, and then some.
  await sleep(4500);
  const until = monotonic();
  await Promise.all(links.map((link) => lab.netwright("lab", "heal", link)));
  await sleep(3000);
  return { at, until };
}

interface Kind {
  readonly what: string;
  readonly deaths: readonly Death[];
  readonly patience: number;
  readonly time: "lasted" | "between";
  /** Of requests that fail through proxies. */
  readonly bars: readonly Bar[];
}

function casesOf({ what, deaths, patience, time, bars }: Kind, { direct, proxied }: Loads): readonly Case[] {
  const of = ({ answers }: Load): readonly Outage[] =>
    deaths.map(({ at, until }) => outageOf(answers, at, until, patience));
  const [balanced, behindProxies] = [of(direct), of(proxied)];
  const sum = (outages: readonly Outage[], key: "sent" | "failed"): number =>
    outages.reduce((total, outage) => total + outage[key], 0);
  const times = balanced.map((outage) => outage[time]);
  return [
    toldEach(`${what}: until no new connection fails`, "ms", times, { of: "median", atMost: bar }),
    told(`${what}: the longest of ${deaths.length}`, "ms", Math.max(...times), { of: "median", atMost: bar }),
    toldEach(
      `${what}: failed, of ${Math.round(sum(balanced, "sent") / deaths.length)} each`,
      "connections",
      balanced.map(({ failed }) => failed),
    ),
    told(
      `${what}: failed of ${sum(behindProxies, "sent")} through proxies`,
      "requests",
      sum(behindProxies, "failed"),
      ...bars,
    ),
  ];
}

async function died(): Promise<readonly Case[]> {
  const lab = await startLab("bench-deaths");
  try {
    const { objects } = parseManifests(manifest, "mortal.yaml");
    await lab.client.apply({ objects: objects.map(toApplyObject) });
    for (const [tier, count] of [
      ["lb", 2],
      ["proxy", 2],
      ["web", members],
    ] as const)
      await tierIs(lab, tier, count, "mortal");
    const loads = await startLoads(lab);
    const [killed, cut]: [Death[], Death[]] = [[], []];
    for (const instance of (await hostsOf(lab, "mortal", "web")).keys()) killed.push(await die(lab, instance));
    const host = await loneHost(lab);
    for (let round = 0; round < cuts; round++) cut.push(await cutOff(lab, host));
    await Promise.all([loads.direct.stop(), loads.proxied.stop()]);
    const none: Bar = { of: "median", atMost: 0 };
    return [
      ...casesOf({ what: "kill -9", deaths: killed, patience: Infinity, time: "lasted", bars: [none] }, loads),
      ...casesOf({ what: "host cut off", deaths: cut, patience: 900, time: "between", bars: [] }, loads),
    ];
  } finally {
    await lab.down();
  }
}

export const benchmark: Benchmark = {
  name: "dead-member",
  bar: "a member that dies gets no new connection after one check interval and 200 ms",
  cases: died,
};
