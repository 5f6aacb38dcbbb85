/** Two programs, over all packets: what one lets through and the other does not, or sends elsewhere. */
import { Diagrams, OutOfSteps, type Node } from "./diagram.ts";
import type { Field } from "./fields.ts";
import { packetText } from "./format.ts";
import { Meaning, type Encoding } from "./meaning.ts";
import { decide, packetOf, type Decision, type Packet } from "./packet.ts";
import { Shapes } from "./shape.ts";
import { hookKey, type Chain, type Program } from "./program.ts";

/** A packet that is treated in two ways. */
export interface Difference {
  readonly hook: string;
  readonly packet: Packet;
  readonly text: string;
  readonly wanted: Decision;
  readonly found: Decision;
  /** False: only if something that was not understood does what it may do. */
  readonly isSure: boolean;
}

export interface Comparison {
  /** `Unknown`: something was not understood, or the budget was not enough, and it may be either. */
  readonly verdict: "Same" | "Different" | "Unknown";
  readonly differences: readonly Difference[];
  /** What was not understood, where that matters. */
  readonly unclear: readonly string[];
  readonly steps: number;
}

/** Shown of one hook at most. */
const mostShown = 32;
export const defaultSteps = 2_000_000;

export function comparePrograms(wanted: Program, found: Program, budget = defaultSteps): Comparison {
  let steps = 0;
  const parts = hooksOf(wanted, found).map((hook) => {
    const part = compareHook(hook, wanted, found, budget - steps);
    steps += part.steps;
    return part;
  });
  const verdicts = new Set(parts.map(({ verdict }) => verdict));
  const verdict = verdicts.has("Different") ? "Different" : verdicts.has("Unknown") ? "Unknown" : "Same";
  return {
    verdict,
    differences: parts.flatMap(({ differences }) => differences),
    unclear: [...new Set(parts.flatMap(({ unclear }) => unclear))],
    steps,
  };
}

const hooksOf = (...programs: readonly Program[]): readonly string[] => [
  ...new Set(
    programs.flatMap(({ chains }) => [...chains.values()].flatMap(({ hook }) => (hook ? [hookKey(hook)] : []))),
  ),
];

/** The kernel asks those of one hook and priority one after the other, until one drops. */
const chainsAt = ({ chains }: Program, hook: string): readonly Chain[] =>
  [...chains.values()].filter((chain) => chain.hook !== null && hookKey(chain.hook) === hook);

/** Steps that it took to find out that all of a shape are the same; those of one that are not are looked at again. */
const provedShapes = new Map<string, number>();
const mostShapes = 4096;

function compareHook(hook: string, wanted: Program, found: Program, budget: number): Comparison {
  const known = provedShapes.get(shapeBy("label", hook, wanted, found));
  if (known !== undefined && known <= budget) return sameAfter(known);
  // What is the same by its key may have two labels, so that only a shape by keys is remembered.
  const shape = shapeBy("key", hook, wanted, found);
  const proved = provedShapes.get(shape);
  if (proved !== undefined && proved <= budget) return sameAfter(proved);
  const same = compareBy("Sets", hook, wanted, found, budget);
  if (same.verdict === "Same" && provedShapes.size < mostShapes) provedShapes.set(shape, same.steps);
  if (same.verdict === "Same") return same;
  const exact = compareBy("Packets", hook, wanted, found, budget - same.steps);
  return { ...exact, steps: exact.steps + same.steps };
}

const sameAfter = (steps: number): Comparison => ({ verdict: "Same", differences: [], unclear: [], steps });

function shapeBy(by: "key" | "label", hook: string, ...programs: readonly Program[]): string {
  const shapes = new Shapes(by);
  for (const program of programs) shapes.add(program, chainsAt(program, hook));
  return shapes.text();
}

function compareBy(encoding: Encoding, hook: string, wanted: Program, found: Program, budget: number): Comparison {
  const diagrams = new Diagrams(budget);
  const unclear = new Set<Field>();
  const at = (program: Program): Node =>
    chainsAt(program, hook)
      .map((chain) => new Meaning(diagrams, program, encoding, unclear).of(chain))
      .reduce((all, each) => diagrams.choose(isAccepted(diagrams, all), each, all), diagrams.leaf("accept"));
  try {
    const differ = diagrams.differ(at(wanted), at(found));
    if (differ === diagrams.no) return sameAfter(diagrams.steps);
    if (encoding === "Sets") return { verdict: "Different", differences: [], unclear: [], steps: diagrams.steps };
    const sure = [...unclear].reduce((node, field) => diagrams.whatever(node, field), differ);
    const isSure = sure !== diagrams.no;
    const ways = diagrams.ways(isSure ? sure : differ, mostShown);
    const differences = ways.map((way) => differenceOf(hook, wanted, found, packetOf(way), isSure));
    return {
      verdict: isSure ? "Different" : "Unknown",
      differences: distinct(differences),
      unclear: isSure ? [] : [...unclear].map((field) => field.slice(1)),
      steps: diagrams.steps,
    };
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    return { verdict: "Unknown", differences: [], unclear: [`${hook}: ${error.message}`], steps: diagrams.steps };
  }
}

const isAccepted = (diagrams: Diagrams, node: Node): Node =>
  diagrams.mapped(node, (text) => (text === "accept" ? "yes" : "no"));

function differenceOf(hook: string, wanted: Program, found: Program, packet: Packet, isSure: boolean): Difference {
  const text = packetText((field) => packet.get(field) ?? 0);
  return { hook, packet, text, wanted: decideAt(hook, wanted, packet), found: decideAt(hook, found, packet), isSure };
}

function decideAt(hook: string, program: Program, packet: Packet): Decision {
  let last: Decision = { what: "accept", rule: null, element: null };
  for (const chain of chainsAt(program, hook)) {
    last = decide(program, chain, packet);
    if (last.what !== "accept") return last;
  }
  return last;
}

/** One of each pair of rules and elements. */
function distinct(differences: readonly Difference[]): readonly Difference[] {
  const label = ({ rule, element, what }: Decision): string => `${rule?.name} ${element} ${what}`;
  return [...new Map(differences.map((each) => [`${label(each.wanted)}|${label(each.found)}`, each])).values()];
}
