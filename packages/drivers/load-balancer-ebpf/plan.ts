/** The difference. What goes away first leaves nobody behind: a member that is dead is passed over at once. Pure. */
import { createHash } from "node:crypto";
import { candidatesOf, type LoadBalancer, type LoadBalancerMember, type Plan, type Ways } from "@netwright/contract";
import { planTable } from "../nftables/plan-table.ts";
import { renderTable, tableName } from "../nftables/render.ts";
import type { BalancerChange } from "./change.ts";
import { countersMax, memberValue, membersMax, noTable, tablesMax, type ListenerValue, type Octets } from "./layout.ts";
import type { BalancerHave, MapsHave, NamespaceHave } from "./observe.ts";
import { refusals, type BalancerWant, type ListenerWant, type NetworkWant } from "./want.ts";

const nothing: MapsHave = {
  programs: { uplink: 0, tunnel: 0 },
  host: "",
  listeners: new Map(),
  deliveries: new Set(),
  members: new Map(),
};

export function planBalancer(want: BalancerWant, have: BalancerHave): Plan<BalancerChange> {
  if (want.networks.length === 0) return { install: [], retire: have.maps === undefined ? [] : [{ kind: "Unload" }] };
  const maps = have.maps ?? nothing;
  const listeners = want.networks.flatMap((network) =>
    network.listeners.map((each) => ({ ...each, network, ways: waysOf(each.listener, network, have) })),
  );
  const members = placeMembers(listeners.flatMap(reachedBy), maps.members);
  const keys = new Set([...listeners.map(({ key }) => key), ...want.networks.flatMap(({ addresses }) => addresses)]);
  const deliveries = new Set(want.networks.flatMap((network) => network.deliveries));
  const free = freeNumbers(maps);
  const written = listeners.flatMap((each) => planListener(each, maps, have.namespaces, members.places, free));
  const addresses = want.networks.flatMap(({ netns, addresses: wanted }) =>
    wanted
      .filter((key) => !maps.listeners.has(key))
      .map((key): BalancerChange => ({ kind: "Address", netns, key, counters: free.counters() })),
  );
  const missing = [...deliveries].filter((key) => !maps.deliveries.has(key));
  const devices = want.networks.flatMap(({ netns }) => planDevices(netns, maps, have.namespaces.get(netns)));
  return {
    retire: [
      ...removal(
        "listeners",
        [...maps.listeners.keys()].filter((key) => !keys.has(key)),
      ),
      ...removal(
        "deliveries",
        [...maps.deliveries].filter((key) => !deliveries.has(key)),
      ),
      ...(members.left.length === 0 ? [] : [{ kind: "ForgetMembers", indexes: members.left } as const]),
    ],
    install: [
      ...(have.maps === undefined ? [{ kind: "Load" } as const] : []),
      ...(maps.host === want.host ? [] : [{ kind: "Host", value: want.host } as const]),
      ...(missing.length === 0 ? [] : [{ kind: "Deliveries", keys: missing } as const]),
      ...(members.added.length === 0 ? [] : [{ kind: "Members", entries: members.added } as const]),
      ...devices,
      ...addresses,
      ...written,
      ...want.networks.flatMap(({ netns }) => planRefusals(netns, have.namespaces.get(netns))),
    ],
  };
}

const removal = (map: "listeners" | "deliveries", keys: readonly Octets[]): readonly BalancerChange[] =>
  keys.length === 0 ? [] : [{ kind: "Remove", map, keys }];

interface Planned extends ListenerWant {
  readonly network: NetworkWant;
  readonly ways: Ways["gone"];
}

/** Hosts that there is no way to. A listener of which nothing would be left keeps its members. */
function waysOf({ members }: LoadBalancer, { told }: NetworkWant, { unreachable }: BalancerHave): Ways["gone"] {
  const gone = new Set(told.map(({ hostId }) => hostId).filter((hostId) => unreachable.has(hostId)));
  return members.some(({ hostId }) => !gone.has(hostId)) ? gone : new Set();
}

const reachedBy = ({ listener, ways }: Planned): readonly Octets[] =>
  everyone(listener)
    .filter(({ hostId }) => !ways.has(hostId))
    .map(memberValue);

const everyone = ({ members, draining = [] }: LoadBalancer): readonly LoadBalancerMember[] => [...members, ...draining];

interface PlacedMembers {
  /** By value. */
  readonly places: ReadonlyMap<Octets, number>;
  readonly added: readonly (readonly [index: number, value: Octets])[];
  readonly left: readonly number[];
}

/** Places that become free now are not given again now: until its table is written, a listener may lead there. */
function placeMembers(wanted: readonly Octets[], have: MapsHave["members"]): PlacedMembers {
  const all = new Set(wanted);
  const taken = new Set(have.values());
  const added: (readonly [number, Octets])[] = [];
  let next = 1;
  for (const value of all) {
    if (have.has(value)) continue;
    while (taken.has(next)) next++;
    if (next > membersMax) break;
    taken.add(next);
    added.push([next, value]);
  }
  const left = [...have].filter(([value]) => !all.has(value)).map(([, index]) => index);
  return { places: new Map([...have, ...added.map(([index, value]) => [value, index] as const)]), added, left };
}

/** Numbers of tables and counters that no listener has. Those of tables in use are never written. */
function freeNumbers({ listeners }: MapsHave): { table(): number | undefined; counters(): number } {
  const used = [...listeners.values()];
  const counters = firstFree(new Set(used.map((each) => each.counters)), 1, countersMax);
  return {
    table: firstFree(new Set(used.map(({ table }) => table)), 0, tablesMax),
    // Counters 0 are the host's. Who comes too late for some of his own counts with others.
    counters: () => counters() ?? countersMax - 1,
  };
}

function firstFree(taken: ReadonlySet<number>, from: number, end: number): () => number | undefined {
  let next = from;
  return () => {
    while (taken.has(next)) next++;
    return next < end ? next++ : undefined;
  };
}

function planListener(
  { key, listener, network: { netns }, ways }: Planned,
  maps: MapsHave,
  namespaces: BalancerHave["namespaces"],
  places: ReadonlyMap<Octets, number>,
  free: ReturnType<typeof freeNumbers>,
): readonly BalancerChange[] {
  const before = maps.listeners.get(key);
  const tagOf = taggerOf(listener, places);
  const [, tunnel] = namespaces.get(netns)?.devices ?? [];
  const isCurrent = before?.tag === tagOf(ways, false) || before?.tag === tagOf(ways, true);
  if (before !== undefined && isCurrent && before.tunnel === tunnel?.ifindex) return [];
  const base = { kind: "Listener", netns, key, listener } as const;
  if (before !== undefined && isCurrent) return [{ ...base, value: before, slots: undefined }];
  // Flows may be with those that stood in for a host that is back.
  const returned = before !== undefined && awayBefore(tagOf, before, listener, ways);
  const candidates = candidatesOf(listener, { gone: ways, returned });
  const indexes = candidates.members.map((member) => places.get(memberValue(member)) ?? 0);
  const number = everyone(listener).length === 0 ? noTable : free.table();
  if (number === undefined) return [{ kind: "NoTable", netns, listener }];
  const value: Omit<ListenerValue, "tunnel"> = {
    table: number,
    counters: before?.counters ?? free.counters(),
    tag: tagOf(ways, returned),
  };
  return [{ ...base, value, slots: candidates.slots.map((at) => (at === 0 ? 0 : (indexes[at - 1] ?? 0))) }];
}

/** 32 bits that say what a table was made of, so that none need be read back. */
type Tagger = (gone: Ways["gone"], returned: boolean) => number;

function taggerOf(listener: LoadBalancer, places: ReadonlyMap<Octets, number>): Tagger {
  const { members, former = [], draining = [] } = listener;
  const inputs = digest(JSON.stringify([members, former, draining]));
  const placed = everyone(listener).map((member) => ({
    hostId: member.hostId,
    place: places.get(memberValue(member)) ?? 0,
  }));
  return (gone, returned) => {
    const indexes = placed.map(({ hostId, place }) => (gone.has(hostId) ? 0 : place));
    return parseInt(digest(`${inputs} ${indexes.join(",")} ${returned}`).slice(0, 8), 16);
  };
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Whether the kernel's table was made while a host was away that is there now. */
function awayBefore(tagOf: Tagger, before: ListenerValue, { members }: LoadBalancer, now: Ways["gone"]): boolean {
  const hosts = new Set(members.map(({ hostId }) => hostId).filter((hostId) => !now.has(hostId)));
  return [...hosts].some((hostId) =>
    [true, false].some((returned) => before.tag === tagOf(new Set([...now, hostId]), returned)),
  );
}

function planDevices(
  netns: string,
  { programs }: MapsHave,
  have: NamespaceHave | undefined,
): readonly BalancerChange[] {
  const [uplink, tunnel] = have?.devices ?? [];
  // The tunnel first: who is asked must know what to answer.
  return [
    ...(tunnel?.id === programs.tunnel && tunnel.id !== 0
      ? []
      : [{ kind: "Attach", netns, program: "tunnel" } as const]),
    ...(uplink?.id === programs.uplink && uplink.id !== 0
      ? []
      : [{ kind: "Attach", netns, program: "uplink" } as const]),
  ];
}

/** All in one transaction; it takes the place of what the other driver has there, which serves until now. */
function planRefusals(netns: string, have: NamespaceHave | undefined): readonly BalancerChange[] {
  const { install, retire } = planTable(refusals, have?.table);
  const isOthers = have?.table !== undefined && have.table.sets.size > 0;
  const script = isOthers ? `delete table ${tableName(refusals)}\n${renderTable(refusals)}` : install + retire;
  return script === "" ? [] : [{ kind: "Refusals", change: { netns, script } }];
}
