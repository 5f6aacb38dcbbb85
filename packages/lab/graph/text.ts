/** The lab as a picture of text. Pure. */
import type { LabRole } from "@netwright/api";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import type { DrawnFault } from "./faults.ts";
import { areLinked, layersOf, type Layer } from "./layers.ts";

/** Longer rows show their beginning and their end. */
const rowMax = 8;
const gap = 4;

/** Something that stands in a row: a node, or the words for those left out. */
interface Cell {
  readonly text: string;
  readonly joinsNext: boolean;
  readonly start: number;
}

export function drawText(topology: Topology, faults: readonly DrawnFault[] = []): string {
  const { layers, switches, others } = layersOf(topology);
  const widths = layers.map((layer) => widthOf(cellsOf(layer, 0)));
  const width = Math.max(0, ...widths);
  const rows = layers.map((layer, index) => cellsOf(layer, Math.floor((width - (widths[index] ?? 0)) / 2)));
  const lines = rows.flatMap((cells, index) => {
    const layer = layers[index] as Layer;
    const row = `${drawRow(cells).padEnd(width + gap)}${describeLayer(layer)}`.trimEnd();
    return layer.joinsNext ? [row, drawJoin(cells, rows[index + 1] ?? [])] : [row, ""];
  });
  const label = Math.max(0, ...switches.map(({ name }) => name.length));
  const lists = [
    ...switches.map(({ name, members }) => `${name.padEnd(label)} ═══ ${shorten(members).join("  ")}`),
    ...others.map(({ ends: [a, b] }) => `${a.node}:${a.interface} ─── ${b.node}:${b.interface}`),
    ...faults.map(({ subject, effect }) => (effect === "cut" ? `${subject} is cut` : `${subject}: ${effect}`)),
  ];
  return `${[...lines, ...lists].join("\n").trimEnd()}\n`;
}

function cellsOf({ nodes }: Layer, left: number): readonly Cell[] {
  const names = shorten(nodes.map(({ name }) => name));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  let start = left;
  return names.map((text, index) => {
    const [here, next] = [byName.get(text), byName.get(names[index + 1] ?? "")] as const;
    const cell = { text, start, joinsNext: here !== undefined && next !== undefined && areLinked(here, next) };
    start += text.length + gap;
    return cell;
  });
}

function shorten(names: readonly string[]): readonly string[] {
  if (names.length <= rowMax) return names;
  return [...names.slice(0, 3), `... ${names.length - 4} more ...`, names.at(-1) as string];
}

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, { text }) => sum + text.length + gap, -gap);
const center = ({ start, text }: Cell): number => start + Math.floor(text.length / 2);

function drawRow(cells: readonly Cell[]): string {
  return cells.reduce(
    (line, { text, start, joinsNext }) => `${line.padEnd(start)}${text}${joinsNext ? ` ${"─".repeat(gap - 2)} ` : ""}`,
    "",
  );
}

/** Left, right, up, down as bits 1, 2, 4, 8 to the character that has these arms. */
const arms: Readonly<Record<number, string>> = {
  3: "─",
  6: "└",
  5: "┘",
  7: "┴",
  10: "┌",
  9: "┐",
  11: "┬",
  12: "│",
  14: "├",
  13: "┤",
  15: "┼",
};

function drawJoin(upper: readonly Cell[], lower: readonly Cell[]): string {
  const [ups, downs] = [new Set(upper.map(center)), new Set(lower.map(center))];
  const columns = [...ups, ...downs];
  const [first, last] = [Math.min(...columns), Math.max(...columns)];
  const characters = Array.from({ length: last - first + 1 }, (_, index) => {
    const column = first + index;
    const bits =
      (column > first ? 1 : 0) + (column < last ? 2 : 0) + (ups.has(column) ? 4 : 0) + (downs.has(column) ? 8 : 0);
    return arms[bits] ?? " ";
  });
  return " ".repeat(first) + characters.join("");
}

const layerWords: Readonly<Partial<Record<LabRole, string>>> = {
  Provider: "provider: FRR",
  Edge: "edge routers: BIRD",
  Host: "hosts",
  Linux: "nodes",
};

function describeLayer({ nodes: [first, ...more] }: Layer): string {
  if (first === undefined) return "";
  const asn = first.bgp === null ? "" : `, AS ${first.bgp.asn}${isSame(first, more) ? "" : " and on"}`;
  return (layerWords[first.role] ?? "internet") + asn;
}

const isSame = (first: TopologyNode, more: readonly TopologyNode[]): boolean =>
  more.every(({ bgp }) => bgp?.asn === first.bgp?.asn);
