/** From a fault to its plan: looks at the lab and the machine for what the plan must know. */
import { readFileSync } from "node:fs";
import type { Fault } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { logPath } from "../record/paths.ts";
import { findLink, findNode } from "../topology/find.ts";
import type { Port } from "../topology/topology.ts";
import { faketimeLibrary, faultCapabilities } from "./capabilities.ts";
import { planDown, planFlap, planMtu } from "./carrier.ts";
import { mountOf, planDiskFull, readMounts } from "./disk-full.ts";
import { planCut, planDnsFailure, planPartition } from "./drops.ts";
import { planClock, planKill, planOff, planPause } from "./node-faults.ts";
import { planNetem } from "./netem.ts";
import { deafness } from "./partition.ts";
import { type Device, type FaultNumber, type FaultPlan, type Impossible } from "./plan.ts";
import { deviceOf, devicesOf, inSandbox, placeOf, type FaultSite } from "./site.ts";
import { identityOf, readSnapshots, snapshotScript, type NodeSnapshot } from "./snapshot.ts";
import { wireProgram } from "./wire-program.ts";
import { planWires, type WireOrder } from "./wire-plan.ts";

type Planned = Promise<FaultPlan | Impossible>;

interface Order {
  readonly site: FaultSite;
  readonly id: FaultNumber;
  readonly seed: number;
  readonly fault: Fault;
}

/** Only for faults that `validateFault` accepts. @throws NW1701 for links and nodes that are not there. */
export async function planFault(order: Order): Planned {
  const { fault } = order;
  if (fault.partition !== undefined) return planGroups(order, fault.partition);
  if (fault.link !== undefined) return planLink(order, fault.link);
  return planNode(order, fault.node ?? "");
}

const slow = { delay: 2000, match: { port: 53 } } as unknown as WireOrder["impair"];

async function planLink(order: Order, name: string): Planned {
  const { site, id, fault } = order;
  const { link, end } = findLink(site.record.topology, name);
  const sending = sendersOf(link.ends, fault.from).map((port) => deviceOf(site, port));
  if (fault.impair !== undefined) return planImpairment(order, link.name, sending);
  if (fault.silently !== undefined && fault.mtu !== undefined)
    return planByWire(order, link.name, sending, { impair: {}, mtu: fault.mtu });
  if (fault.cut !== undefined) {
    const direction = (from: Port) => ({ from: deviceOf(site, from), to: deviceOf(site, from.peer) });
    return planCut(id, sendersOf(link.ends, fault.from).map(direction));
  }
  const ends = link.ends.map((port) => deviceOf(site, port));
  const snapshots = await look(
    site,
    ends.map(({ pid }) => pid),
  );
  const snapshotOf = (pid: number): NodeSnapshot => snapshots.get(pid) as NodeSnapshot;
  if (fault.mtu !== undefined) {
    const before = ({ pid, device }: Device): number =>
      snapshotOf(pid).links.find(({ ifname }) => ifname === device)?.mtu ?? end.mtu;
    return planMtu(
      ends.map((place) => ({ ...place, before: before(place) })),
      fault.mtu,
    );
  }
  // The end that was named; of a link by its name a switch's, which has nothing to lose by it.
  const isSwitch = ({ node }: Port): boolean => findNode(site.record.topology, node).role === "Switch";
  const falling = deviceOf(site, name.includes(":") ? end : (link.ends.find(isSwitch) ?? end));
  const snapshot = snapshotOf(falling.pid);
  return fault.flap === undefined ? planDown(falling, snapshot) : planFlap(falling, snapshot, fault.flap);
}

/** @throws NW1701 when the node is at neither end. */
function sendersOf(ends: readonly Port[], from: string | undefined): readonly Port[] {
  const senders = ends.filter(({ node }) => from === undefined || node === from);
  if (senders.length > 0) return senders;
  throw new NetwrightError("NW1701", `${from} is at neither end of the link`, {
    hint: `its ends: ${ends.map(({ node }) => node).join(", ")}`,
  });
}

/** By the kernel where it can, unless a seed or a match asks for what it cannot. */
async function planImpairment(order: Order, subject: string, devices: readonly Device[]): Planned {
  const { impair } = order.fault;
  if (impair === undefined) throw new NetwrightError("NW1801", "a fault without an impairment");
  const { netem } = await faultCapabilities(order.site.context);
  if (netem.kind === "Available" && impair.seed === undefined && impair.match === undefined)
    return planNetem(devices, impair);
  return planByWire(order, subject, devices, { impair });
}

async function planByWire(
  { site, id, seed, fault }: Order,
  subject: string,
  devices: readonly Device[],
  wanted: Pick<WireOrder, "impair" | "mtu">,
): Planned {
  const program = await wireProgram(site.context, site.paths);
  if (typeof program !== "string") return program;
  const { from, to } = wanted.impair.match ?? {};
  const names = [from, to].filter((name) => site.record.topology.nodes.some((node) => node.name === name));
  const places = names.map((name) => placeOf(site, name ?? ""));
  const snapshots = await look(
    site,
    places.map(({ pid }) => pid),
  );
  const addressesOf = (name: string): readonly string[] => {
    const { pid } = placeOf(site, name);
    return identityOf(snapshots.get(pid) as NodeSnapshot).addresses;
  };
  return planWires({ id, program, devices, subject, seed: fault.impair?.seed ?? seed, addressesOf, ...wanted });
}

async function planGroups({ site, id, fault }: Order, groups: readonly (readonly string[])[]): Planned {
  const nodes = [...new Set(groups.flat())].map((name) => placeOf(site, name));
  const snapshots = await look(
    site,
    nodes.map(({ pid }) => pid),
  );
  const barriers = [...deafness(groups, fault.oneWay === true)].map(([listener, speakers]) => ({
    devices: devicesOf(site, listener),
    from: speakers.map((name) => identityOf(snapshots.get(placeOf(site, name).pid) as NodeSnapshot)),
  }));
  return planPartition(id, barriers);
}

async function planNode(order: Order, name: string): Planned {
  const { site, id, fault } = order;
  const place = placeOf(site, name);
  const devices = devicesOf(site, name);
  if (fault.dns === "fail") return planDnsFailure(id, devices);
  if (fault.dns === "slow") return planByWire(order, name, devices, { impair: slow });
  if (fault.diskFull !== undefined) return planDisk(order, fault.diskFull);
  if (fault.clock !== undefined) {
    const library = faketimeLibrary();
    const { clock } = await faultCapabilities(site.context);
    if (library === undefined) return { impossible: clock.kind === "Missing" ? `${clock.reason}: ${clock.hint}` : "" };
    return planClock(place, library, fault.clock);
  }
  if (fault.kill !== undefined) {
    const { kill: program, signal = "KILL" } = fault;
    const isLabs = site.record.programs.some((own) => own.node === name && own.program === program);
    const stays = fault.for === undefined ? null : isLabs ? "NotStarted" : "KilledAgain";
    return planKill(place, { program, signal, log: logPath(site.paths, name, program), stays });
  }
  if (fault.state === "paused") return planPause(place);
  const snapshot = (await look(site, [place.pid])).get(place.pid) as NodeSnapshot;
  const isSwitch = findNode(site.record.topology, name).role === "Switch";
  return planOff({ ...place, devices: devices.map(({ device }) => device), isSwitch, snapshot });
}

/** Only a file system that no other node and not the machine has may be filled. */
async function planDisk({ site, fault }: Order, path: string): Planned {
  const { record, sandbox } = site;
  const place = placeOf(site, fault.node ?? "");
  const mountsOf = (pid: number | "self") => readMounts(readFileSync(`/proc/${pid}/mountinfo`, "utf8"));
  const pidOf = (node: string): number => record.nodes[node]?.machine.pid ?? 0;
  const mount = mountOf(mountsOf(pidOf(place.node)), path);
  const others = [
    "self",
    sandbox,
    ...Object.keys(record.nodes)
      .filter((node) => node !== place.node)
      .map(pidOf),
  ] as const;
  const shared = others.some((pid) => mountsOf(pid).some(({ device }) => device === mount?.device));
  // What is written over a layer below takes the room of another file system: in a lab, of the machine's memory.
  if (mount === undefined || shared || mount.type === "overlay") {
    const hint = `mount one there first: mount -t tmpfs -o size=64m tmpfs ${path}`;
    return { impossible: `${path} of ${place.node} is on a file system that is not the node's alone; ${hint}` };
  }
  return planDiskFull(place, mount, fault.leave ?? 0);
}

async function look(site: FaultSite, pids: readonly number[]): Promise<ReadonlyMap<number, NodeSnapshot>> {
  if (pids.length === 0) return new Map();
  const { code, stdout, stderr } = await inSandbox(site, ["-eu"], snapshotScript(pids));
  if (code === 0) return readSnapshots(stdout);
  throw new NetwrightError("NW1703", `the lab cannot be looked at: ${stderr.trim().split("\n")[0]}`);
}
