/** The network of a run as SVG: nodes, links, and where faults were. Pure. */
import type { DrawnNetwork, FaultReport } from "../report.ts";
import { tag, text } from "./markup.ts";
import { nodeOf, nodeSize, placeNodes, type Placed, type Point } from "./place-nodes.ts";

type Link = DrawnNetwork["links"][number];

/** Numbers of faults, from 1 on, by what they were on. */
type Marks = ReadonlyMap<string, readonly number[]>;

export function drawNetwork(network: DrawnNetwork, faults: readonly FaultReport[]): string {
  const { nodes, links } = network;
  if (nodes.length === 0) return "";
  const placed = placeNodes(network);
  const switches = new Set(nodes.filter(({ role }) => role === "Switch").map(({ name }) => name));
  const marks = marksOf(network, faults);
  const title = `${nodes.length} nodes and ${links.length} links${marks.size === 0 ? "" : "; dashed where a fault was"}`;
  const beside = Map.groupBy(links, ({ ends }) => ends.map(nodeOf).toSorted().join(" "));
  const bends = new Map(
    [...beside.values()].flatMap((own) => own.map((link, index) => [link, index - (own.length - 1) / 2] as const)),
  );
  return tag(
    "svg",
    { viewBox: `0 0 ${placed.width} ${placed.height}`, width: placed.width, role: "img", "aria-label": title },
    tag("title", {}, text(title)),
    ...links.map((link) => {
      const isThin = link.ends.some((end) => switches.has(nodeOf(end)));
      return drawLink({ link, bend: bends.get(link) ?? 0, faults: marks.get(link.name) ?? [], isThin }, placed);
    }),
    ...nodes.map((node) => drawNode(node, placed.at.get(node.name) as Point, marks.get(node.name) ?? [])),
  );
}

/** A fault at one end of a link is drawn on the link. */
function marksOf({ nodes, links }: DrawnNetwork, faults: readonly FaultReport[]): Marks {
  const names = new Set([...nodes, ...links].map(({ name }) => name));
  const target = (on: string): string =>
    names.has(on) ? on : (links.find(({ ends }) => ends.includes(on))?.name ?? on);
  const all = faults.flatMap(({ on, skipped }, index) =>
    skipped === null ? [...new Set(on.map(target))].map((name) => ({ name, number: index + 1 })) : [],
  );
  return new Map(
    [...Map.groupBy(all, ({ name }) => name)].map(([name, own]) => [name, own.map(({ number }) => number)]),
  );
}

interface DrawnLink {
  readonly link: Link;
  /** Of links between the same nodes: how far from the straight line. */
  readonly bend: number;
  readonly faults: readonly number[];
  /** One of many into a switch: thin, so that they do not hide the rest. */
  readonly isThin: boolean;
}

function drawLink({ link: { name, ends }, bend, faults, isThin }: DrawnLink, { at }: Placed): string {
  const [a, b] = ends.map((end) => at.get(nodeOf(end))) as [Point | undefined, Point | undefined];
  if (a === undefined || b === undefined) return "";
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const isLevel = a.y === b.y;
  // Over nodes between two of one row the link passes below them.
  const sag = isLevel && Math.abs(a.x - b.x) > nodeSize.width * 1.5 ? 2 * nodeSize.height : 0;
  const control = { x: middle.x + (isLevel ? 0 : bend * 60), y: middle.y + (isLevel ? bend * 60 : 0) + sag };
  const label = { x: (middle.x + control.x) / 2, y: (middle.y + control.y) / 2 };
  const marked = faults.length > 0;
  const style = marked ? "wire faulty" : isThin ? "wire thin" : "wire";
  const isNamed = !marked && !isThin && !saysItself(name, ends);
  return tag(
    "g",
    {},
    tag("title", {}, text(`${name}: ${ends.join(" to ")}${faultWords(faults)}`)),
    tag("path", { class: style, d: `M${a.x} ${a.y}Q${control.x} ${control.y} ${b.x} ${b.y}` }),
    isNamed ? tag("text", { ...label, dy: 3, class: "small halo", "text-anchor": "middle" }, text(name)) : "",
    marked ? badge(label, faults) : "",
  );
}

/** A name made of the nodes' is in the drawing already. */
const saysItself = (name: string, [a, b]: Link["ends"]): boolean =>
  [`${nodeOf(a)}-${nodeOf(b)}`, `${nodeOf(b)}-${nodeOf(a)}`].includes(name);

function drawNode(
  { name, role, addresses }: DrawnNetwork["nodes"][number],
  { x, y }: Point,
  faults: readonly number[],
): string {
  const { width, height } = nodeSize;
  const [left, top] = [x - width / 2, y - height / 2];
  const shown = addresses.length > 2 ? [addresses[0] ?? "", `and ${addresses.length - 1} more`] : addresses;
  const line = (dy: number, style: string, words: string): string =>
    tag("text", { x, y: top + dy, class: style, "text-anchor": "middle" }, text(words));
  return tag(
    "g",
    {},
    tag("title", {}, text([`${name} (${role})`, ...addresses].join(", ") + faultWords(faults))),
    tag("rect", { class: `node${faults.length > 0 ? " faulty" : ""}`, x: left, y: top, width, height, rx: 5 }),
    line(18, "", name),
    ...shown.map((address, index) => line(33 + index * 13, "small", address)),
    faults.length > 0 ? badge({ x: left + width, y: top }, faults) : "",
  );
}

const faultWords = (faults: readonly number[]): string =>
  faults.length === 0 ? "" : `; ${faults.length === 1 ? "fault" : "faults"} ${faults.join(", ")}`;

/** Numbers as in the list of faults. */
function badge({ x, y }: Point, faults: readonly number[]): string {
  const words = faults.length > 3 ? `${faults.slice(0, 3).join(",")}…` : faults.join(",");
  const width = 12 + words.length * 8;
  return (
    tag("rect", { class: "badge", x: x - width / 2, y: y - 9, width, height: 18, rx: 9 }) +
    tag("text", { class: "onbadge", x, y: y + 4, "text-anchor": "middle" }, text(words))
  );
}
