/** Faults by chance: a schedule that follows from a seed alone. Pure. */
import type { Fault, Nemesis, NemesisFault, PartsPerMillion } from "@netwright/api";
import { milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import type { Topology } from "../topology/topology.ts";
import { dice, type Dice } from "./dice.ts";

export interface ScheduledFault {
  /** After the nemesis began. */
  readonly at: Milliseconds;
  /** With `for`. */
  readonly fault: Fault;
}

export interface NemesisSite {
  readonly topology: Topology;
  /** What the lab itself runs, by node: what `kill` may choose. */
  readonly programs: readonly { readonly node: string; readonly program: string }[];
  /** Where the nemesis has none of its own. */
  readonly seed: number;
}

/**
 * Without an end: take as many as there is time for. Fault number n depends on seed, nemesis and lab alone.
 * @throws NW1701 for nodes that are not there, NW1205 when one of the faults can happen to nothing here.
 */
export function nemesisSchedule(nemesis: Nemesis, site: NemesisSite): Iterable<ScheduledFault> {
  const victims = victimsOf(nemesis, site);
  const seed = nemesis.seed ?? site.seed;
  const faultAt = (index: number): ScheduledFault => {
    const roll = dice(seed, index);
    const fault = makers[roll.pick(nemesis.faults)](victims, roll, nemesis.for);
    return { at: milliseconds(index * nemesis.every), fault: { ...fault, for: nemesis.for } };
  };
  return {
    *[Symbol.iterator]() {
      for (let index = 0; ; index++) yield faultAt(index);
    },
  };
}

interface Victims {
  readonly nodes: readonly string[];
  readonly links: readonly string[];
  readonly programs: readonly { readonly node: string; readonly program: string }[];
}

function victimsOf({ nodes: wanted, programs: named, faults }: Nemesis, { topology, programs }: NemesisSite): Victims {
  const isSwitch = (name: string): boolean =>
    topology.nodes.some((node) => node.name === name && node.role === "Switch");
  const all = topology.nodes.map(({ name }) => name);
  const stranger = wanted?.find((name) => !all.includes(name));
  if (stranger !== undefined)
    throw new NetwrightError("NW1701", `nemesis: there is no node ${stranger}`, { hint: `nodes: ${all.join(", ")}` });
  const nodes =
    wanted ?? topology.nodes.flatMap(({ name, role }) => (role === "Switch" || role === "Control" ? [] : [name]));
  const links = topology.links.filter(({ ends }) => {
    const ours = ends.filter(({ node }) => nodes.includes(node));
    return ours.length === 2 || (ours.length === 1 && ends.some(({ node }) => isSwitch(node)));
  });
  const victims = {
    nodes,
    links: links.map(({ name }) => name),
    programs:
      named === undefined
        ? programs.filter(({ node }) => nodes.includes(node))
        : nodes.flatMap((node) => named.map((program) => ({ node, program }))),
  };
  for (const fault of faults) requireVictims(fault, victims);
  return victims;
}

const onLinks: ReadonlySet<NemesisFault> = new Set(["cut", "down", "flap", "loss", "delay", "corrupt"]);
const leastNodes: Readonly<Partial<Record<NemesisFault, number>>> = {
  "partition-bridge": 3,
  "partition-majorities-ring": 4,
  "partition-halves": 2,
  "partition-one": 2,
};

function requireVictims(fault: NemesisFault, { nodes, links, programs }: Victims): void {
  const lacks = (what: string, hint: string): never => {
    throw new NetwrightError("NW1205", `nemesis: ${fault} ${what}`, { hint });
  };
  const needed = leastNodes[fault] ?? 1;
  if (nodes.length < needed) lacks(`needs ${needed} nodes`, "leave nodes out for all of them");
  if (onLinks.has(fault) && links.length === 0) lacks("finds no link between these nodes", "name more nodes");
  if (fault === "kill" && programs.length === 0) lacks("finds no program of the lab there", "name programs");
}

type Maker = (victims: Victims, roll: Dice, span: Milliseconds) => Fault;

const share = (percent: number): PartsPerMillion => (percent * 10_000) as PartsPerMillion;
const impair =
  (effects: (roll: Dice) => NonNullable<Fault["impair"]>): Maker =>
  ({ links }, roll) => {
    const link = roll.pick(links);
    return { link, impair: { ...effects(roll), seed: roll.below(2 ** 32) } };
  };

const makers: Readonly<Record<NemesisFault, Maker>> = {
  "partition-halves": ({ nodes }, roll) => ({ partition: halves(roll.shuffle(nodes)) }),
  "partition-one": ({ nodes }, roll) => {
    const [one = "", ...others] = roll.shuffle(nodes);
    return { partition: [[one], others] };
  },
  "partition-bridge": ({ nodes }, roll) => {
    const [bridge = "", ...others] = roll.shuffle(nodes);
    return { partition: halves(others).map((half) => [...half, bridge]) };
  },
  "partition-majorities-ring": ({ nodes }, roll) => ({ partition: majoritiesRing(roll.shuffle(nodes)) }),
  pause: ({ nodes }, roll) => ({ node: roll.pick(nodes), state: "paused" }),
  off: ({ nodes }, roll) => ({ node: roll.pick(nodes), state: "off" }),
  kill: ({ programs }, roll) => {
    const { node, program } = roll.pick(programs);
    return { node, kill: program };
  },
  cut: ({ links }, roll) => ({ link: roll.pick(links), cut: true }),
  down: ({ links }, roll) => ({ link: roll.pick(links), state: "down" }),
  flap: ({ links }, roll, span) => {
    const every = milliseconds(Math.max(20, Math.round(span / 4)));
    return { link: roll.pick(links), flap: { every, down: milliseconds(Math.round(every / 2)) } };
  },
  loss: impair((roll) => ({ loss: share(roll.pick([5, 10, 20, 50])) })),
  delay: impair((roll) => {
    const delay = roll.pick([10, 50, 100, 200]);
    return { delay: milliseconds(delay), jitter: milliseconds(delay / 2) };
  }),
  corrupt: impair((roll) => ({ corrupt: share(roll.pick([1, 5, 10])) })),
};

function halves(nodes: readonly string[]): string[][] {
  const middle = Math.floor(nodes.length / 2);
  return [nodes.slice(0, middle), nodes.slice(middle)];
}

/** In a ring each node reaches so many neighbours on both sides that they are a majority with it, and no two the same one. */
function majoritiesRing(ring: readonly string[]): string[][] {
  const reach = Math.ceil(Math.floor(ring.length / 2) / 2);
  return ring.flatMap((node, index) =>
    Array.from({ length: reach }, (_, step) => [node, ring[(index + step + 1) % ring.length] as string]),
  );
}
