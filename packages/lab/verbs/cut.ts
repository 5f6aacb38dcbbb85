/** `lab cut|heal LINK`: packets vanish both ways while both ends still see a carrier, as when a switch in between fails. */
import { NetwrightError, seconds } from "@netwright/base";
import type { LabContext } from "../context.ts";
import { withLabLock } from "../record/lock.ts";
import { readRecord, writeRecord, type LabRecord } from "../record/record.ts";
import { enter } from "../sandbox/enter.ts";
import { findLink } from "../topology/find.ts";
import type { Port, TopologyLink } from "../topology/topology.ts";
import { cutDevices, renderCut, renderHeal } from "../wiring/cut-rules.ts";
import { findLab } from "./list.ts";
import { nodeProcess } from "./node-process.ts";

export interface LinkOptions {
  readonly lab?: string;
  /** A link's name, or NODE:INTERFACE. */
  readonly link: string;
}

/** Cutting twice is fine. @returns the link's name. @throws NW1701, NW1703 */
export const cut = (context: LabContext, options: LinkOptions): Promise<string> => change(context, options, true);

/** Healing what is whole is fine. @returns the link's name. @throws NW1701, NW1703 */
export const heal = (context: LabContext, options: LinkOptions): Promise<string> => change(context, options, false);

/** Links that are cut at one end or both, by what the kernel says. */
export async function cutLinks(context: LabContext, record: LabRecord): Promise<readonly string[]> {
  const found = await Promise.all(
    record.cuts.map(async (name) => {
      const devices = await Promise.all(
        findLink(record.topology, name).link.ends.map(async (end) => {
          const process = record.nodes[end.node]?.machine;
          // A node that has ended took its rules with it.
          if (process === undefined || !(await context.processes.alive(process))) return false;
          return (await cutAt(context, record, end)).includes(end.interface);
        }),
      );
      return devices.some(Boolean) ? [name] : [];
    }),
  );
  return found.flat();
}

async function change(context: LabContext, { lab, link: wanted }: LinkOptions, cutting: boolean): Promise<string> {
  const { paths } = await findLab(context, lab);
  return withLabLock(paths, seconds(10), async () => {
    const record = await readRecord(context.files, paths);
    if (record === undefined) throw new NetwrightError("NW1701", "the lab is gone");
    const { link } = findLink(record.topology, wanted);
    const others = record.cuts.filter((name) => name !== link.name);
    // The record may name too many, never too few: written before the cut and after the healing.
    if (cutting) await writeRecord(context.files, paths, { ...record, cuts: [...others, link.name] });
    await changeEnds(context, record, link, cutting);
    if (!cutting) await writeRecord(context.files, paths, { ...record, cuts: others });
    return link.name;
  });
}

async function changeEnds(context: LabContext, record: LabRecord, link: TopologyLink, cutting: boolean): Promise<void> {
  await Promise.all(
    link.ends.map(async (end) => {
      const now = await cutAt(context, record, end);
      if (now.includes(end.interface) === cutting) return;
      await nft(context, record, end, ["-f", "-"], cutting ? renderCut(end.interface) : renderHeal(end.interface, now));
    }),
  );
}

/** Devices that are cut in the node of this end. */
async function cutAt(context: LabContext, record: LabRecord, end: Port): Promise<readonly string[]> {
  return cutDevices(await nft(context, record, end, ["list", "ruleset", "netdev"]));
}

async function nft(
  context: LabContext,
  record: LabRecord,
  { node }: Port,
  args: readonly string[],
  input = "",
): Promise<string> {
  const { pid } = await nodeProcess(context, record, node);
  const { code, stdout, stderr } = await context.runner.run(enter(pid, ["nft", ...args]), { input });
  if (code === 0) return stdout;
  throw new NetwrightError("NW1703", `nft in ${node}: ${stderr.trim().split("\n")[0]}`);
}
