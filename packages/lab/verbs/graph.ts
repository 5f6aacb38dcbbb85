/** `lab graph`: the lab as a picture, or as data. */
import type { LabContext } from "../context.ts";
import { drawDot } from "../graph/dot.ts";
import { drawText } from "../graph/text.ts";
import { faultsToDraw, type DrawnFault } from "../graph/faults.ts";
import { listFaults } from "../faults/store.ts";
import type { Topology } from "../topology/topology.ts";
import { cutLinks } from "./cut.ts";
import { findLab } from "./list.ts";

export interface GraphOptions {
  readonly lab?: string;
  readonly format: "text" | "json" | "dot";
}

/** @returns text to print as it is. @throws NW1701 when there is no such lab. */
export async function graph(context: LabContext, { lab, format }: GraphOptions): Promise<string> {
  const { record, paths } = await findLab(context, lab);
  const faults = listFaults(paths);
  if (format !== "json") return drawGraph(record.topology, format, faultsToDraw(record.topology, faults));
  const { name, topology } = record;
  const drawn = { name, cuts: cutLinks({ record, paths }), faults: faults.map(({ description }) => description) };
  return `${JSON.stringify({ ...drawn, ...topology }, undefined, 2)}\n`;
}

/** Also for a lab that is not up. Pure. */
export const drawGraph = (topology: Topology, format: "text" | "dot", faults: readonly DrawnFault[] = []): string =>
  format === "dot" ? drawDot(topology, faults) : drawText(topology, faults);
