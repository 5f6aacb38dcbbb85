/** Looks at a machine with the eyes of an agent: what drivers would miss, what is in the way, what differs from the site. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerTime } from "@netwright/api/client/transport-time.ts";
import { systemClock } from "@netwright/base/node-clock.ts";
import { defaultLoadBalancer, type Driver, type HostState, type NodePaths, type NodeSystem } from "@netwright/contract";
import { drivers, driversFor } from "@netwright/drivers";
import { isInMemory } from "@netwright/drivers/memory.ts";
import { nodeFiles, nodeProcesses, nodeRunner, nodeSystem } from "@netwright/system";
import { clashesOf, strangersOn } from "./doctor/clashes.ts";
import { clockFinding } from "./doctor/clock-offset.ts";
import { firewallFindings } from "./doctor/firewall.ts";
import { good, note, orGood, problem, type Finding } from "./doctor/finding.ts";
import { readMachine, type Machine } from "./doctor/machine.ts";
import { compareNode, devicesOf } from "./doctor/own-node.ts";
import { pathFindings } from "./doctor/path-mtu.ts";
import { udpProbe } from "./doctor/path-probe.ts";
import { portFindings } from "./doctor/ports.ts";
import { programFindings } from "./doctor/programs.ts";
import { realTimeFinding } from "./doctor/real-time.ts";
import { settingsFindings } from "./doctor/settings.ts";
import { emptySite, siteOfState, type Site, type SiteNode } from "./doctor/site.ts";

export { emptySite, nodeOfHost, nodeOfRouter, siteOfState, type Site } from "./doctor/site.ts";
export type { Finding } from "./doctor/finding.ts";

export interface Question {
  /** Where an agent here keeps its things; neither need be there. */
  readonly paths: NodePaths;
  readonly site: Site;
  /** Which node of the site this machine is or is to be; by its addresses where it is not said. */
  readonly node: string | null;
  readonly hostname: string;
  /** Null when no server was asked. */
  readonly time: ServerTime | null;
}

/** Changes nothing. */
export async function examine({ paths, site, node, hostname, time }: Question): Promise<readonly Finding[]> {
  const system: NodeSystem = {
    runner: nodeRunner,
    files: nodeFiles,
    processes: nodeProcesses,
    clock: systemClock,
    paths,
  };
  const [machine, scheduling, kernel] = await Promise.all([
    readMachine(system),
    realTimeFinding(system),
    examineSystem(system),
  ]);
  const own = ownNode(site, machine, node, hostname);
  const engines = await probeDrivers(own ?? {});
  const reached = own === undefined ? [] : await pathFindings(own, site, machine.interfaces, udpProbe(system));
  return [
    ...engines,
    ...examineMachine(machine, site, own),
    ...reached,
    ...(time === null ? [] : [clockFinding(time)]),
    scheduling,
    ...kernel,
  ];
}

/** What the agent of this machine was told last; an empty site when there was none. */
export async function savedSite(paths: NodePaths): Promise<Site> {
  const text = await nodeFiles.read(join(paths.state, "host-state.json")).catch(() => undefined);
  return text === undefined ? emptySite : siteOfState((JSON.parse(text) as { readonly state: HostState }).state);
}

function ownNode(
  { nodes }: Site,
  { interfaces }: Machine,
  name: string | null,
  hostname: string,
): SiteNode | undefined {
  if (name !== null) return nodes.find((node) => node.name === name);
  const here = new Set<string>(interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  return nodes.find((node) => node.name === hostname) ?? nodes.find(({ vtep }) => vtep !== null && here.has(vtep));
}

function examineMachine(machine: Machine, site: Site, own: SiteNode | undefined): readonly Finding[] {
  const { sockets, interfaces, programs, ruleset, settings, advertised, isProcSysReadOnly: isReadOnly } = machine;
  const uplinks = own === undefined ? [] : devicesOf(own, interfaces).map(({ name }) => name);
  const claims = [...clashesOf(site), ...strangersOn(interfaces, site, own)];
  const isKnown = site.nodes.length > 0;
  return [
    ...machine.unread.map((command) =>
      note("NW1605", "doctor", `${command} did not answer: what it shows is not judged`),
    ),
    ...portFindings(sockets, interfaces, machine.own),
    ...programFindings(programs, machine.own),
    ...firewallFindings(ruleset, uplinks),
    ...settingsFindings({ settings, uplinks, advertised, isReadOnly }),
    ...(isKnown ? orGood(claims, "site", "no number or address is claimed twice") : claims),
    ...(own === undefined ? [] : compareNode(own, interfaces)),
    ...(isKnown && own === undefined ? [unknownMachine()] : []),
  ];
}

const unknownMachine = (): Finding =>
  note("NW1903", "site", "which node of the site this machine is, is not known", { hint: "say so with --as NODE" });

const hintFor = ({ slot, name }: Driver): string =>
  slot === "loadBalancer" && name === defaultLoadBalancer
    ? "see docs/load-balancing.md; the Host may ask for nftables (spec.loadBalancer)"
    : "see docs/real-hosts.md";

/** In a directory of its own: a probe may write there. */
async function probeDrivers(own: Pick<SiteNode, "loadBalancer">): Promise<readonly Finding[]> {
  const directory = await mkdtemp(join(tmpdir(), "netwright-doctor-"));
  try {
    const system = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
    const probes = await Promise.all(
      driversFor(drivers, own).map((driver) => driver.probe(system).then((missing) => ({ driver, missing }))),
    );
    return probes.flatMap(({ driver, missing }) => {
      const subject = `${driver.slot} (${driver.name})`;
      const lacks = missing.map((message) => problem("NW1910", subject, message, { hint: hintFor(driver) }));
      return orGood(lacks, subject, "has all it needs");
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function examineSystem({ files, paths }: NodeSystem): Promise<readonly Finding[]> {
  const release = ((await files.read("/proc/sys/kernel/osrelease")) ?? "").trim();
  const kernel = good("kernel", `Linux ${release}, Node ${process.version}`);
  if (await isInMemory(files, paths.run)) return [kernel];
  const message = "it is not in memory: workloads with secrets do not start";
  return [note("NW1613", paths.run, message, { hint: "have --run of netwright agent on a tmpfs" }), kernel];
}
