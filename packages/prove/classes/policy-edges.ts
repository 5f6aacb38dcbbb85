/** Flows between tiers of one network: allowed on the host of the sender and on that of the receiver, and a way between. */
import { push } from "./maps.ts";
import type { Origin, PolicyEntry, Protocol } from "@netwright/contract";
import type { Attempt, Edge } from "./edge.ts";
import type { TierEnd } from "./ends.ts";
import { atOnce, isInside, isLinked, localsOf, type Cell, type Local, type Network } from "./network.ts";

/** One rule, wherever it stands. */
interface Rule {
  readonly entry: PolicyEntry;
  readonly at: Set<Local>;
}

const ruleKey = (from: number, to: number, protocol: Protocol, port: number): string =>
  `${from} ${to} ${protocol} ${port}`;

export function policyEdges(network: Network): readonly Edge[] {
  const rules = rulesOf(network);
  const ends = endsByClass(network);
  const edges = new Map<string, Edge>();
  for (const { entry } of rules.values()) {
    for (const from of ends.get(entry.from) ?? []) {
      for (const to of ends.get(entry.to) ?? []) {
        const key = `${from.key} ${to.key} ${entry.protocol} ${entry.port}`;
        if (!edges.has(key)) edges.set(key, edgeOf(network, rules, from, to, entry));
      }
    }
  }
  return [...edges.values()];
}

function rulesOf(network: Network): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const local of localsOf(network)) {
    for (const entry of local.state.policy) {
      const key = ruleKey(entry.from, entry.to, entry.protocol, entry.port);
      const rule = rules.get(key);
      if (rule === undefined) rules.set(key, { entry, at: new Set([local]) });
      else rule.at.add(local);
    }
  }
  return rules;
}

function endsByClass({ cells }: Network): ReadonlyMap<number, readonly TierEnd[]> {
  const ends = new Map<number, TierEnd[]>();
  for (const list of cells.values())
    for (const { end, class: cls } of list) {
      const known = ends.get(cls) ?? [];
      if (!known.some(({ key }) => key === end.key)) push(ends, cls, end);
    }
  return ends;
}

function edgeOf(
  network: Network,
  rules: ReadonlyMap<string, Rule>,
  from: TierEnd,
  to: TierEnd,
  { protocol, port, origin }: PolicyEntry,
): Edge {
  let may: Attempt | undefined;
  let fails: Attempt | undefined;
  let steps = 0;
  const origins = new Map<string, Origin>([[originKey(origin), origin]]);
  for (const source of network.cells.get(from.key) ?? []) {
    for (const target of network.cells.get(to.key) ?? []) {
      const pair = pairOf(source, target);
      if (pair === undefined) continue;
      steps++;
      const rule = rules.get(ruleKey(source.class, target.class, protocol, port));
      if (rule !== undefined) origins.set(originKey(rule.entry.origin), rule.entry.origin);
      const passes =
        rule !== undefined && rule.at.has(source.local) && rule.at.has(target.local) && hasWay(source, target);
      if (passes) may ??= pair;
      else if (mustPass(source, target)) fails ??= pair;
    }
  }
  return {
    from,
    to,
    protocol,
    port,
    listener: undefined,
    egress: undefined,
    origins: [...origins.values()],
    may,
    fails,
    steps,
  };
}

export const originKey = ({ object, field }: Origin): string => `${object} ${field}`;

/** Undefined where nobody could be talking, or never at the same time. */
export function pairOf(source: Cell, target: Cell): Attempt | undefined {
  const sameHost = source.local.node === target.local.node;
  if (sameHost && source.local !== target.local) return undefined;
  const first = source.instances[0];
  const other = source === target ? target.instances[1] : target.instances[0];
  if (first === undefined || other === undefined) return undefined;
  return { kind: "Inside", from: source.local, source: first, to: target.local, target: other };
}

/** Hosts at different sides of a change: who comes or goes with it is seen to by the order of its steps. */
const mustPass = (source: Cell, target: Cell): boolean =>
  atOnce(source.local.side, target.local.side) || (source.stays.length > 0 && target.stays.length > 0);

function hasWay(source: Cell, target: Cell): boolean {
  const isOfOne = source.local.state.prefix === target.local.state.prefix;
  if (isOfOne ? !target.isInside : !target.instances.every((each) => isInside(source.local, each))) return false;
  return source.local === target.local || isLinked(source.local, target.local, target.hostId);
}
