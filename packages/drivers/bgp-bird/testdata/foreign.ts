/** Hosts of ours with an edge of somebody else's: FRR or GoBGP, as docs/foreign-edges.md configures them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostPrefix, milliseconds, parseIpv6, type Ipv6Prefix } from "@netwright/base";
import type { BgpNeighbor, ForeignSession, HostState, ProcessId } from "@netwright/contract";
import { agreed, bgpOf, loopbackOf, stateOf } from "../fixtures.ts";
import { converge, machine, namespaceOf, run, systemOf, until, type Round } from "./fabric.ts";
import { startFrr } from "./frr.ts";

export type Machine = "edge1" | "middle" | "host1" | "host2";
const machines: readonly Machine[] = ["edge1", "middle", "host1", "host2"];

/** Both ends of every cable; the index gives the /127. Interfaces carry the name of the machine at the other end. */
const cables = [
  ["edge1", "host1"],
  ["edge1", "host2"],
  ["edge1", "middle"],
  ["middle", "host1"],
] as const;
const addressOn = (cable: number, end: 0 | 1) => parseIpv6(`fd00:0:0:2::${(2 * cable + end).toString(16)}`);

/** Where the passwords of edge1 lie on each machine; the machines of a test share their file system. */
export const passwordFile = (host: string): string => join(systemOf(host).paths.run, "edge1.password");

/** Replaces what must be there. */
export function changed(text: string, ...replacements: readonly (readonly [string | RegExp, string])[]): string {
  return replacements.reduce((before, [what, by]) => {
    const after = before.replaceAll(typeof what === "string" ? what : new RegExp(what, "gm"), by);
    if (after === before) throw new Error(`not in the text: ${String(what)}`);
    return after;
  }, text);
}

export async function buildSite(): Promise<void> {
  for (const name of machines) {
    await machine.runner.run(["ip", "netns", "add", namespaceOf(name)]);
    const settings = ["all.accept_dad=0", "default.accept_dad=0", "all.forwarding=1", "all.keep_addr_on_down=1"];
    await run(name, "sysctl", "-qw", ...settings.map((one) => `net.ipv6.conf.${one}`));
    await run(name, "ip", "link", "set", "dev", "lo", "up");
    mkdirSync(systemOf(name).paths.run, { recursive: true });
  }
  for (const [index, [a, b]] of cables.entries()) {
    const ends = [b, "netns", namespaceOf(a), "type", "veth", "peer", "name", a, "netns", namespaceOf(b)] as const;
    await machine.runner.run(["ip", "link", "add", "name", ...ends]);
    for (const [near, far, end] of [[a, b, 0] as const, [b, a, 1] as const]) {
      await run(near, "ip", "addr", "add", `${addressOn(index, end)}/127`, "dev", far, "nodad");
      await run(near, "ip", "link", "set", "dev", far, "up");
    }
  }
  for (const host of ["host1", "host2"]) await run(host, "ip", "addr", "add", loopbackOf(host), "dev", "lo", "nodad");
  await run("edge1", "ip", "route", "add", `${addressOn(3, 1)}/128`, "via", addressOn(2, 1));
  await run("host1", "ip", "route", "add", `${addressOn(2, 0)}/128`, "via", addressOn(3, 0));
}

let edgePrograms: readonly ProcessId[] = [];

async function endEdge(): Promise<void> {
  const { processes } = systemOf("edge1");
  for (const id of edgePrograms) {
    // Not killed: zebra would leave its routes in the kernel.
    await processes.signal(id, "SIGTERM");
    await until("the edge's program is gone", async () => !(await processes.alive(id)));
  }
  edgePrograms = [];
}

export async function runFrr(configuration: string): Promise<void> {
  await endEdge();
  edgePrograms = await startFrr(systemOf("edge1"), configuration);
}

export async function runGobgp(configuration: string): Promise<void> {
  await endEdge();
  const { paths, processes } = systemOf("edge1");
  const file = join(paths.run, "gobgpd.toml");
  writeFileSync(file, configuration);
  edgePrograms = [await processes.start(["gobgpd", "-f", file], { log: join(paths.run, "gobgpd.log") })];
  await until("gobgpd answers", async () => (await systemOf("edge1").runner.run(["gobgp", "global"])).code === 0);
}

export async function demolishSite(): Promise<void> {
  for (const name of machines) {
    const { stdout } = await machine.runner.run(["ip", "netns", "pids", namespaceOf(name)]);
    for (const pid of stdout.split("\n").filter((line) => line !== "")) process.kill(Number(pid), "SIGKILL");
    await machine.runner.run(["ip", "netns", "del", namespaceOf(name)]);
  }
}

export const bfd = { interval: milliseconds(300), multiplier: 3 };

export interface Told {
  readonly announce?: readonly Ipv6Prefix[];
  readonly session?: Partial<ForeignSession>;
  readonly bfd?: BgpNeighbor["bfd"];
}

/** A host with edge1 as its one edge; `multihop` leads through `middle`. */
export function hostState(host: "host1" | "host2", { announce = [], session = {}, bfd: watch = bfd }: Told): HostState {
  const foreign = { ...agreed, passwordFile: passwordFile(host), ...session };
  const cable = host === "host1" ? 0 : 1;
  const far = foreign.multihop !== null;
  const neighbor: BgpNeighbor = {
    name: "edge1",
    role: "Edge",
    asn: 64510,
    interface: far ? "middle" : "edge1",
    localAddress: far ? addressOn(3, 1) : addressOn(cable, 1),
    address: far ? addressOn(2, 0) : addressOn(cable, 0),
    loopback: null,
    bfd: watch,
    foreign,
  };
  return stateOf(host, { ...bgpOf(host, announce), neighbors: [neighbor] });
}

export const converged = (host: "host1" | "host2", told: Told = {}): Promise<Round> => converge(hostState(host, told));

export const writePassword = (host: string, password: string): void => writeFileSync(passwordFile(host), `${password}\n`);

export const vtep = (host: string): Ipv6Prefix => hostPrefix(parseIpv6(`fd00:0:0:1::${host.at(-1)}`));
