/** From a field path to the place in the text. */
import type { SourceRef } from "@netwright/base";
import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import type { FieldPath } from "../kinds/kind.ts";
import type { LineIndex } from "./line-index.ts";

export interface Tree {
  readonly file: string;
  readonly text: string;
  readonly lines: LineIndex;
  readonly root: Node | null;
  readonly targets: ReadonlyMap<Node, Node>;
}

interface Place {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/**
 * The place of a field's value, or of its key when asked or when it has no value. For a field that is not
 * there: the key of the nearest one that would hold it.
 */
export function locate(tree: Tree, path: FieldPath, onKey = false): SourceRef {
  let place: Place = { key: undefined, value: tree.root ?? undefined };
  for (const [depth, step] of path.entries()) {
    const next = descend(tree, place.value, step);
    if (next === undefined) return refOf(tree, depth === 0 ? place.value : (place.key ?? place.value));
    place = next;
  }
  return refOf(tree, (onKey || isEmpty(place.value) ? place.key : undefined) ?? place.value ?? place.key);
}

const isEmpty = (node: Node | undefined): boolean =>
  node === undefined || (isScalar(node) && node.range?.[0] === node.range?.[1]);

function descend(tree: Tree, from: Node | undefined, step: string | number): Place | undefined {
  const node = from !== undefined && isAlias(from) ? tree.targets.get(from) : from;
  if (isSeq(node)) {
    const item = typeof step === "number" ? node.items[step] : undefined;
    return item === undefined ? undefined : { key: undefined, value: item as Node };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => keyName(tree, key) === String(step));
  return pair === undefined
    ? undefined
    : { key: pair.key as Node, value: (pair.value ?? undefined) as Node | undefined };
}

function keyName(tree: Tree, key: unknown): string | undefined {
  const node = isAlias(key) ? tree.targets.get(key) : key;
  return isScalar(node) ? String(node.value) : undefined;
}

/** The place of a node; the start of the file when there is none. */
export function refOf(tree: Pick<Tree, "file" | "text" | "lines">, node: Node | undefined): SourceRef {
  const [start, end] = node?.range ?? [0, 0];
  return spanRef(tree, start, end);
}

/** The place of a span of offsets, cut at the end of its first line. */
export function spanRef(
  { file, text, lines }: Pick<Tree, "file" | "text" | "lines">,
  start: number,
  end: number,
): SourceRef {
  const from = Math.min(start, text.length);
  const newline = text.indexOf("\n", from);
  const stop = Math.min(end, newline === -1 ? text.length : newline);
  const length = text.slice(from, stop).trimEnd().length;
  return { file, ...lines.place(from), length: Math.max(1, length) };
}
