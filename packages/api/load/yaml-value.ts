/** From the parser's tree to plain JSON values: aliases bounded, keys unique, nothing but JSON. */
import type { ErrorCode } from "@netwright/base";
import { isAlias, isMap, isPair, isScalar, isSeq, type Node } from "yaml";
import { aliasCharactersMax, findingsMax } from "./limits.ts";
import type { YamlComplaint } from "./yaml-errors.ts";

export interface TreeProblem {
  readonly complaint: YamlComplaint;
  /** Undefined for text that is not there. */
  readonly node: Node | undefined;
}

export interface PlainTree {
  /** Undefined when a problem makes the document useless. */
  readonly value: unknown;
  readonly problems: readonly TreeProblem[];
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Node, Node>;
}

interface Sized {
  readonly value: unknown;
  /** About the characters that it takes when written out. */
  readonly size: number;
}

interface Walk {
  /** The latest node of each anchor; undefined while it is being read: an alias to it would be endless. */
  readonly anchors: Map<string, { readonly node: Node; read: Sized | undefined }>;
  readonly targets: Map<Node, Node>;
  readonly problems: TreeProblem[];
  repeated: number;
}

export function plainTree(root: Node | null): PlainTree {
  const walk: Walk = { anchors: new Map(), targets: new Map(), problems: [], repeated: 0 };
  const { value } = read(root, walk);
  return { value: walk.problems.length > 0 ? undefined : value, problems: walk.problems, targets: walk.targets };
}

const nothing: Sized = { value: null, size: 4 };

function read(node: unknown, walk: Walk): Sized {
  if (isAlias(node)) return readAlias(node, node.source, walk);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing;
  const anchor = node.anchor === undefined ? undefined : { node, read: undefined as Sized | undefined };
  if (anchor !== undefined && node.anchor !== undefined) walk.anchors.set(node.anchor, anchor);
  const result = isScalar(node)
    ? readScalar(node.value)
    : isMap(node)
      ? readMap(node, walk)
      : readSeq(node.items, walk);
  if (anchor !== undefined) anchor.read = result;
  return result;
}

function readScalar(value: unknown): Sized {
  return { value, size: 4 + (typeof value === "string" ? value.length : 4) };
}

function readSeq(items: readonly unknown[], walk: Walk): Sized {
  const parts = items.map((item) => read(isPair(item) ? null : item, walk));
  return { value: parts.map(({ value }) => value), size: parts.reduce((sum, { size }) => sum + size, 4) };
}

function readMap(
  map: { readonly items: readonly { readonly key: unknown; readonly value: unknown }[] },
  walk: Walk,
): Sized {
  const entries: [string, unknown][] = [];
  const seen = new Set<string>();
  let size = 4;
  for (const { key, value } of map.items) {
    const name = keyText(key, walk);
    const part = read(value, walk);
    if (name === undefined) continue;
    if (seen.has(name))
      complain(
        walk,
        "NW1102",
        `the key ${JSON.stringify(name.slice(0, 80))} stands twice in one object`,
        key,
        "keep one of them",
      );
    seen.add(name);
    entries.push([name, part.value]);
    size += part.size + name.length;
  }
  return { value: Object.fromEntries(entries), size };
}

function keyText(key: unknown, walk: Walk): string | undefined {
  const plain = isAlias(key) ? read(key, walk).value : isScalar(key) ? key.value : undefined;
  if (typeof plain === "string" && plain !== "<<") return plain;
  if (plain === "<<")
    complain(
      walk,
      "NW1102",
      "merge keys (<<) are not part of YAML 1.2",
      key,
      "write the fields out, or use an alias for a whole value",
    );
  else if (typeof plain === "number" || typeof plain === "boolean") return String(plain);
  else complain(walk, "NW1102", "a key is empty, or is not plain text", key, "write key: value");
  return undefined;
}

function readAlias(node: Node, name: string, walk: Walk): Sized {
  const target = walk.anchors.get(name);
  if (target === undefined) {
    complain(
      walk,
      "NW1102",
      `the alias *${name.slice(0, 80)} names no anchor above it`,
      node,
      "put text that begins with * in quotes",
    );
    return nothing;
  }
  if (target.read === undefined) {
    complain(
      walk,
      "NW1105",
      `the alias *${name.slice(0, 80)} stands inside what it names`,
      node,
      "write the value out",
    );
    return nothing;
  }
  walk.targets.set(node, target.node);
  const before = walk.repeated;
  walk.repeated += target.read.size;
  if (walk.repeated <= aliasCharactersMax) return target.read;
  // Said once; what follows would only repeat it.
  if (before <= aliasCharactersMax) {
    complain(
      walk,
      "NW1105",
      `aliases repeat more than ${aliasCharactersMax} characters`,
      node,
      "write less by alias, or split the file",
    );
  }
  return nothing;
}

function complain(walk: Walk, code: ErrorCode, message: string, node: unknown, hint?: string): void {
  if (walk.problems.length >= findingsMax) return;
  const complaint = { code, message, ...(hint === undefined ? {} : { hint }) };
  walk.problems.push({ complaint, node: (node ?? undefined) as Node | undefined });
}
