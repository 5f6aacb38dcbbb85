/** The default fabric for real: namespaces, links, FRR as the provider, BIRD by the driver everywhere else. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { milliseconds, seconds } from "@netwright/base";
import type { HostState, NodeSystem, Problem } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { bgpOf, linkAddress, links, loopbackOf, stateOf } from "../fixtures.ts";
import { bgpBird, readBgp } from "../index.ts";
import type { BirdChange } from "../plan.ts";
import { startProvider } from "./provider.ts";

const root = mkdtempSync("/run/bgp-bird-");
chmodSync(root, 0o755);
export const nodes = ["provider", "edge1", "edge2", "host1", "host2", "host3"] as const;
export type NodeName = (typeof nodes)[number];
export const managed = nodes.filter((node) => node !== "provider");
export const edges = ["edge1", "edge2"] as const;

/** Test files run beside each other: names of namespaces carry the test's own. */
export const namespaceOf = (node: string): string => `${root.slice("/run/".length)}-${node}`;

export const machine = nodeSystem({ run: join(root, "run"), state: join(root, "state") });

/** A node's own view: every program runs in its namespace. */
export function systemOf(node: string): NodeSystem {
  const own = nodeSystem({ run: join(root, node, "run"), state: join(root, node, "state") });
  const netns = namespaceOf(node);
  return {
    ...own,
    runner: { ...own.runner, run: (command, options) => own.runner.run(command, { ...options, netns }) },
    processes: { ...own.processes, start: (command, options) => own.processes.start(command, { ...options, netns }) },
  };
}

/** Output of a program in a node's namespace. */
export async function run(node: string, ...command: [string, ...string[]]): Promise<string> {
  const result = await systemOf(node).runner.run(command, { timeout: seconds(20) });
  if (result.code !== 0) throw new Error(`${node}: ${command.join(" ")}: ${result.stderr}${result.stdout}`);
  return result.stdout;
}

export async function buildFabric(): Promise<void> {
  for (const node of nodes) {
    await machine.runner.run(["ip", "netns", "add", namespaceOf(node)]);
    const settings = ["all.accept_dad=0", "default.accept_dad=0", "all.forwarding=1", "all.keep_addr_on_down=1"];
    await run(node, "sysctl", "-qw", "net.ipv6.fib_multipath_hash_policy=1", ...settings.map((one) => `net.ipv6.conf.${one}`));
  }
  for (const [index, [a, b]] of links.entries()) {
    const ends = [b, "netns", namespaceOf(a), "type", "veth", "peer", "name", a, "netns", namespaceOf(b)] as const;
    await machine.runner.run(["ip", "link", "add", "name", ...ends]);
    await run(a, "ip", "addr", "add", `${linkAddress(index, 0)}/127`, "dev", b, "nodad");
    await run(b, "ip", "addr", "add", `${linkAddress(index, 1)}/127`, "dev", a, "nodad");
    await run(a, "ip", "link", "set", "dev", b, "up");
    await run(b, "ip", "link", "set", "dev", a, "up");
  }
  for (const node of nodes) await run(node, "ip", "link", "set", "dev", "lo", "up");
  for (const host of ["host1", "host2", "host3"]) await run(host, "ip", "addr", "add", loopbackOf(host), "dev", "lo", "nodad");
  await startProvider(systemOf("provider"));
  const rounds = await Promise.all(managed.map((node) => convergeNode(node)));
  const left = rounds.flatMap(({ problems, rest }) => [...problems, ...rest]);
  if (left.length > 0) throw new Error(`the fabric does not come up: ${JSON.stringify(left)}`);
}

/** Ends every process of the fabric and takes it down. */
export async function demolishFabric(): Promise<void> {
  for (const node of nodes) {
    const { stdout } = await machine.runner.run(["ip", "netns", "pids", namespaceOf(node)]);
    for (const pid of stdout.split("\n").filter((line) => line !== "")) process.kill(Number(pid), "SIGKILL");
    await machine.runner.run(["ip", "netns", "del", namespaceOf(node)]);
  }
  rmSync(root, { recursive: true, force: true });
}

export interface Round {
  readonly changes: readonly BirdChange[];
  readonly problems: readonly Problem[];
  /** What the driver would still do afterwards. */
  readonly rest: readonly BirdChange[];
}

/** Nodes of one kernel are at times kept from sending, all at once: their BFD has six times the patience. */
function patient(state: HostState): HostState {
  const neighbors = state.bgp.neighbors.map((one) =>
    one.bfd === null ? one : { ...one, bfd: { interval: milliseconds(100), multiplier: one.bfd.multiplier * 3 } },
  );
  return { ...state, bgp: { ...state.bgp, neighbors } };
}

/** One round of an agent: observe, plan, apply, look again. */
export async function converge(state: HostState): Promise<Round> {
  const system = systemOf(state.node);
  const want = bgpBird.want(patient(state));
  const plan = bgpBird.plan(want, await bgpBird.observe(system, want));
  const problems = [...(await bgpBird.apply(system, plan.retire)), ...(await bgpBird.apply(system, plan.install))];
  const again = bgpBird.plan(want, await bgpBird.observe(system, want));
  return { changes: [...plan.retire, ...plan.install], problems, rest: [...again.retire, ...again.install] };
}

export const convergeNode = (node: NodeName, announce: Parameters<typeof bgpOf>[1] = []): Promise<Round> =>
  converge(stateOf(node, bgpOf(node, announce)));

/** Polls until the condition holds; the error says what was waited for. */
export async function until(what: string, holds: () => Promise<boolean>, limit = seconds(60)): Promise<number> {
  const { clock } = systemOf("provider");
  const start = clock.monotonic();
  for (;;) {
    if (await holds()) return clock.monotonic() - start;
    if (clock.monotonic() - start > limit) throw new Error(`not within ${limit} ms: ${what}`);
    await clock.sleep(milliseconds(20));
  }
}

/** Drops everything on a node's interface both ways while the carrier stays up. */
export async function cut(node: string, device: string): Promise<void> {
  const chain = (hook: string) =>
    `add chain netdev cut_${device} ${hook} { type filter hook ${hook} device "${device}" priority 0; policy drop; }`;
  await run(node, "nft", `add table netdev cut_${device}; ${chain("ingress")}; ${chain("egress")}`);
}

export async function heal(node: string, device: string): Promise<void> {
  await run(node, "nft", `delete table netdev cut_${device}`);
}

/** Devices, which are named after the peer, that a node's kernel sends packets for a prefix to. */
export async function nextHops(node: string, prefix: string): Promise<string> {
  const routes = JSON.parse(await run(node, "ip", "-6", "-j", "route", "show", prefix)) as {
    dev?: string;
    type?: string;
    nexthops?: { dev: string }[];
  }[];
  const hops = routes.flatMap(({ dev, nexthops, type }) =>
    type === "unreachable" ? ["unreachable"] : (nexthops?.map((hop) => hop.dev) ?? [dev ?? "?"]),
  );
  return hops.toSorted().join(" ");
}

export async function expectRoute(node: string, prefix: string, hops: string): Promise<number> {
  let seen = "";
  const there = async (): Promise<boolean> => (seen = await nextHops(node, prefix)) === hops;
  return until(`${node} has ${prefix} by "${hops}"`, there).catch((cause: unknown) => {
    throw new Error(`${String(cause)}, but by "${seen}"`, { cause });
  });
}

/** Looks at a route over and over; the function returned ends that and says how often it was missing. */
export function watchRoute(node: string, prefix: string): () => Promise<number> {
  let watching = true;
  let missing = 0;
  const loop = (async () => {
    while (watching) if ((await nextHops(node, prefix)) === "") missing++;
  })();
  return async () => {
    watching = false;
    await loop;
    return missing;
  };
}

/** Every session of a node comes up, and BFD beside it. */
export async function expectSessions(node: NodeName): Promise<void> {
  await until(`sessions of ${node}`, async () => {
    const sessions = (await readBgp(systemOf(node))).sessions;
    return sessions.length > 0 && sessions.every(({ state, bfd }) => state === "Established" && bfd === "Up");
  });
}

/** Changes when any session of the node is lost. */
/**
 * Since when sessions are as they are, in milliseconds. BIRD reckons that anew each time, and is a millisecond off now and then.
 * @param former what is near one of these is told as that
 */
export const sessionTimes = async (node: NodeName, former: readonly string[] = []): Promise<readonly string[]> =>
  (await readBgp(systemOf(node))).sessions.map(({ neighbor, since }) => {
    const isNear = (text: string): boolean =>
      text.startsWith(`${neighbor} `) && Math.abs(Number(text.split(" ")[1]) - Number(since)) < 100;
    return former.find(isNear) ?? `${neighbor} ${since}`;
  });

export const pidOf = (node: NodeName) => Number(readFileSync(`${systemOf(node).paths.run}/bird/bird.pid`, "utf8"));

/** kill -9, and the process is gone. */
export async function killBird(node: NodeName): Promise<void> {
  const { processes } = systemOf(node);
  const pid = pidOf(node);
  process.kill(pid, "SIGKILL");
  await until(`BIRD of ${node} is gone`, async () => (await processes.identify(pid)) === undefined);
}
