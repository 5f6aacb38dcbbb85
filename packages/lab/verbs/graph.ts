/** `lab graph`: the lab as a picture, or as data. */
import type { LabContext } from "../context.ts";
import { drawDot } from "../graph/dot.ts";
import { drawText } from "../graph/text.ts";
import type { Topology } from "../topology/topology.ts";
import { cutLinks } from "./cut.ts";
import { findLab } from "./list.ts";

export interface GraphOptions {
  readonly lab?: string;
  readonly format: "text" | "json" | "dot";
}

/** @returns text to print as it is. @throws NW1701 when there is no such lab. */
export async function graph(context: LabContext, { lab, format }: GraphOptions): Promise<string> {
  const { record } = await findLab(context, lab);
  const cuts = await cutLinks(context, record);
  if (format === "json") return `${JSON.stringify({ name: record.name, cuts, ...record.topology }, undefined, 2)}\n`;
  return drawGraph(record.topology, format, cuts);
}

/** Also for a lab that is not up. Pure. */
export const drawGraph = (topology: Topology, format: "text" | "dot", cuts: readonly string[] = []): string =>
  format === "dot" ? drawDot(topology, cuts) : drawText(topology, cuts);
