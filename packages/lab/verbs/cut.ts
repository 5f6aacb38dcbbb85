/** `lab cut|heal LINK`: packets vanish both ways while both ends still see a carrier, as when a switch in between fails. */
import { NetwrightError } from "@netwright/base";
import type { LabContext } from "../context.ts";
import { beginFault, endFaults } from "../faults/begin.ts";
import { listFaults, type FaultStatus } from "../faults/store.ts";
import { findLink } from "../topology/find.ts";
import type { Topology } from "../topology/topology.ts";
import { findLab, type FoundLab } from "./list.ts";

export interface LinkOptions {
  readonly lab?: string;
  /** A link's name, or NODE:INTERFACE. */
  readonly link: string;
}

/** Cutting twice is fine. @returns the link's name. @throws NW1701, NW1703 */
export async function cut(context: LabContext, { lab, link: wanted }: LinkOptions): Promise<string> {
  const found = await findLab(context, lab);
  const { link } = findLink(found.record.topology, wanted);
  if (cutLinks(found).includes(link.name)) return link.name;
  const outcome = await beginFault(context, found.record.name, { link: link.name, cut: true }, { seed: 0 });
  if (outcome.kind === "Active") return link.name;
  throw new NetwrightError("NW1603", outcome.reason);
}

/** Ends every fault of the link. Healing what is whole is fine. @returns the link's name. @throws NW1701, NW1703 */
export async function heal(context: LabContext, { lab, link: wanted }: LinkOptions): Promise<string> {
  const { record } = await findLab(context, lab);
  const { link } = findLink(record.topology, wanted);
  await endFaults(context, record.name, (fault) => linkOf(record.topology, fault) === link.name);
  return link.name;
}

/** The link that a fault happens to; undefined for one of nodes. */
export const linkOf = (topology: Topology, { fault }: Pick<FaultStatus, "fault">): string | undefined =>
  fault.link === undefined ? undefined : findLink(topology, fault.link).link.name;

/** Links that are cut both ways. */
export const cutLinks = ({ record, paths }: FoundLab): readonly string[] => {
  const cuts = listFaults(paths).filter(
    ({ state, fault }) => state === "Active" && fault.cut === true && fault.from === undefined,
  );
  return cuts.flatMap((fault) => linkOf(record.topology, fault) ?? []);
};
