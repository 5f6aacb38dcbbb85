import { milliseconds, parseIpv6 } from "@netwright/base";
import { candidatesMax, maglevSize, workloadMac, type HostState } from "@netwright/contract";
import { describe, expect, it } from "vitest";
import type { TableHave } from "../nftables/parse.ts";
import { ruleComment } from "../nftables/table.ts";
import { classes, defaultListener, hostState, type Instance } from "../testing/states.ts";
import { describeChange, type BalancerChange } from "./change.ts";
import { macValue, tablesMax } from "./layout.ts";
import type { BalancerHave, MapsHave } from "./observe.ts";
import { planBalancer } from "./plan.ts";
import { refusals, wantBalancer } from "./want.ts";

const members = [1, 2, 3, 4].map((number): Instance => ({ tier: "proxy", number, host: number }));

/** Seen from host 1, with an edge that is ours: its routes tell which hosts are there. */
function state(picked: readonly number[], former: readonly (readonly number[])[] = [], listeners = 1): HostState {
  const of = (numbers: readonly number[]) => members.filter(({ number }) => numbers.includes(number));
  const base = { ...defaultListener(of(picked), [1]), delivered: of([...picked, ...former.flat()]) };
  const all = Array.from({ length: listeners }, (_, index) => ({ ...base, former: former.map(of), port: 443 + index }));
  const whole = hostState({ instances: members, policy: [], listeners: all, hosts: 4 }, 1);
  const bfd = { interval: milliseconds(50), multiplier: 3 };
  const edge = { name: "edge1", role: "Edge", asn: 64510, interface: "e1", loopback: null, bfd } as const;
  const link = { localAddress: parseIpv6("fd00::1"), address: parseIpv6("fd00::2") };
  return { ...whole, bgp: { ...whole.bgp, neighbors: [{ ...edge, ...link }] } };
}

const table: TableHave = {
  sets: new Map(),
  chains: new Map(
    refusals.chains.map(({ name, hook, rules }) => [
      name,
      {
        type: hook?.type,
        hook: hook?.hook,
        priority: hook?.priority,
        policy: hook?.policy,
        rules: rules.map((rule) => ({ comment: ruleComment(rule), handle: 1, packets: 0, bytes: 0 })),
      },
    ]),
  ),
};

const nowhere: BalancerHave = { maps: undefined, namespaces: new Map(), unreachable: new Set() };
const tunnel = 7;

/** What the kernel has after changes, as the loader would tell it. */
function after(have: BalancerHave, { install, retire }: ReturnType<typeof plan>): BalancerHave {
  const before = have.maps;
  const maps: {
    -readonly [K in keyof MapsHave]: MapsHave[K] extends ReadonlyMap<infer A, infer B>
      ? Map<A, B>
      : MapsHave[K] extends ReadonlySet<infer A>
        ? Set<A>
        : MapsHave[K];
  } = {
    programs: { uplink: 71, tunnel: 72 },
    host: before?.host ?? "",
    listeners: new Map(before?.listeners),
    deliveries: new Set(before?.deliveries),
    members: new Map(before?.members),
  };
  for (const change of [...retire, ...install]) {
    if (change.kind === "Host") maps.host = change.value;
    if (change.kind === "Deliveries") for (const key of change.keys) maps.deliveries.add(key);
    if (change.kind === "Members") for (const [index, value] of change.entries) maps.members.set(value, index);
    if (change.kind === "ForgetMembers")
      for (const [value, index] of maps.members) if (change.indexes.includes(index)) maps.members.delete(value);
    if (change.kind === "Remove") for (const key of change.keys) maps[change.map].delete(key);
    if (change.kind === "Address")
      maps.listeners.set(change.key, { table: 0xffff_ffff, counters: change.counters, tunnel: 0, tag: 0 });
    if (change.kind === "Listener") maps.listeners.set(change.key, { ...change.value, tunnel });
  }
  const devices = [
    { device: "uplink", ifindex: 6, id: 71 },
    { device: "vxlan", ifindex: tunnel, id: 72 },
  ];
  return { ...have, maps, namespaces: new Map([["nwn-default.web", { devices, table }]]) };
}

const plan = (to: HostState, have: BalancerHave, gone: readonly number[] = []) =>
  planBalancer(wantBalancer(to), { ...have, unreachable: new Set(gone) });

const made = (to: HostState, have = nowhere, gone: readonly number[] = []): BalancerHave =>
  after(have, plan(to, have, gone));
const kinds = (changes: readonly BalancerChange[]): readonly string[] => changes.map(({ kind }) => kind);
const told = (changes: readonly BalancerChange[]): readonly string[] => changes.map(describeChange);
const listenerIn = (changes: readonly BalancerChange[]) => changes.find((change) => change.kind === "Listener");

describe("planBalancer()", () => {
  it("asks for nothing where there is no network and nothing was made, and for the end of what was", () => {
    const bare = { ...state([1]), networks: [] };
    expect(plan(bare, nowhere)).toEqual({ install: [], retire: [] });
    expect(plan(bare, made(state([1])))).toEqual({ install: [], retire: [{ kind: "Unload" }] });
  });

  it("makes all in the order in which it is needed, and then nothing more", () => {
    const { install, retire } = plan(state([1, 2]), nowhere);
    expect(retire).toEqual([]);
    expect(told(install)).toEqual([
      "load the programs",
      "tell the programs this host's tunnel MAC",
      "add deliveries (1)",
      "add members (2)",
      "nwn-default.web: attach tunnel at the ingress of vxlan",
      "nwn-default.web: attach uplink at the ingress of uplink",
      "nwn-default.web: add an address",
      "nwn-default.web: listener [2001:db8:100::5]:443/tcp: 2 members",
      "nwn-default.web: table netdev netwright {",
    ]);
    expect(plan(state([1, 2]), made(state([1, 2])))).toEqual({ install: [], retire: [] });
  });

  it("writes a table that nobody uses, and nothing of other listeners", () => {
    const before = made(state([1, 2], [], 2));
    const { install } = plan(state([1, 2, 3], [[1, 2]], 2), before);
    expect(kinds(install)).toEqual(["Members", "Listener", "Listener"]);
    const used = new Set([...(before.maps?.listeners.values() ?? [])].map((value) => value.table));
    for (const change of install) if (change.kind === "Listener") expect(used.has(change.value.table)).toBe(false);
    expect(kinds(plan(state([1, 2], [], 3), before).install)).toEqual(["Deliveries", "Listener"]);
  });

  it("leads to members by their places, the one that drains after those that do not", () => {
    const { install } = plan(state([1, 2], [[1, 2, 3]]), made(state([1, 2, 3])));
    const change = listenerIn(install);
    const place = (number: number): number =>
      made(state([1, 2, 3])).maps?.members.get(macValue(workloadMac(classes.proxy, number))) ?? -1;
    const [slots, draining] = [change?.slots ?? new Uint16Array(), place(3)];
    const firsts = [...slots].filter((_, index) => index % candidatesMax === 0);
    expect(new Set(firsts)).toEqual(new Set([place(1), place(2)]));
    expect([...slots].filter((index) => index === draining).length).toBeGreaterThan(maglevSize / 4);
    expect(told(install)).toEqual([
      "nwn-default.web: listener [2001:db8:100::5]:443/tcp: 2 members, 1 that had flows before",
    ]);
  });

  it("gives a member another place when its host cannot be asked any more", () => {
    const [first, ...others] = members;
    const before = made(state([1, 2]));
    const mute = { ...(first as Instance), mute: true as const };
    const listeners = [{ ...defaultListener([mute, others[0] as Instance], [1]) }];
    const { install, retire } = plan(hostState({ instances: members, policy: [], listeners, hosts: 4 }, 1), before);
    expect([kinds(install), kinds(retire)]).toEqual([["Members", "Listener"], ["ForgetMembers"]]);
    const [added] = install;
    expect(added?.kind === "Members" && added.entries.map(([, value]) => value)).toEqual([
      `${macValue(workloadMac(classes.proxy, 1)).slice(0, -4)}0100`,
    ]);
  });

  it("never gives one table to two listeners: where none is free, the listener stays as it is", () => {
    const before = made(state([1, 2]));
    const used = { table: 0, counters: 1, tunnel, tag: 0 };
    const others = Array.from(
      { length: tablesMax - 2 },
      (_, at) => [`other ${at}`, { ...used, table: at + 1 }] as const,
    );
    const listeners = new Map([...(before.maps?.listeners ?? []), ...others]);
    const full = { ...before, maps: { ...(before.maps as MapsHave), listeners } };
    const changes = plan(state([1, 2, 3], [[1, 2]], 3), full).install;
    expect(changes.flatMap((change) => (change.kind === "Listener" ? [change.value.table] : []))).toEqual([
      tablesMax - 1,
    ]);
    expect(told(changes).filter((line) => line.includes("waits"))).toEqual([
      "nwn-default.web: listener [2001:db8:100::5]:444/tcp: waits for a table",
      "nwn-default.web: listener [2001:db8:100::5]:445/tcp: waits for a table",
    ]);
  });

  it("forgets at once who is gone, and gives nobody that place in the same round", () => {
    const before = made(state([1, 2, 3]));
    const { retire, install } = plan(state([1, 2, 4]), before);
    expect(kinds(retire)).toEqual(["ForgetMembers"]);
    const [left] = retire.flatMap((change) => (change.kind === "ForgetMembers" ? change.indexes : []));
    const added = install.flatMap((change) => (change.kind === "Members" ? change.entries : []));
    expect(added.map(([index]) => index)).not.toContain(left);
  });

  it("leaves out hosts that there is no way to, and asks those that stood in when they are back", () => {
    const [whole, before] = [state([1, 2, 3]), made(state([1, 2, 3]))];
    const away = plan(whole, before, [3]);
    expect(kinds([...away.retire, ...away.install])).toEqual(["ForgetMembers", "Listener"]);
    const without = after(before, away);
    expect(plan(whole, without, [3])).toEqual({ install: [], retire: [] });
    const back = plan(whole, without);
    expect(kinds(back.install)).toEqual(["Members", "Listener"]);
    const seconds = [...(listenerIn(back.install)?.slots ?? [])].filter((_, index) => index % candidatesMax === 1);
    expect(seconds.every((member) => member !== 0)).toBe(true);
    expect(plan(whole, after(without, back))).toEqual({ install: [], retire: [] });
  });

  it("keeps all members of a listener where none could be reached", () => {
    const before = made(state([2, 3]));
    expect(plan(state([2, 3]), before, [2, 3])).toEqual({ install: [], retire: [] });
  });

  it("follows a tunnel device that was made anew, without another table", () => {
    const before = made(state([1, 2]));
    const devices = [
      { device: "uplink", ifindex: 6, id: 71 },
      { device: "vxlan", ifindex: 9, id: null },
    ];
    const changed = { ...before, namespaces: new Map([["nwn-default.web", { devices, table }]]) };
    const { install } = plan(state([1, 2]), changed);
    expect(kinds(install)).toEqual(["Attach", "Listener"]);
    expect(listenerIn(install)?.slots).toBeUndefined();
  });

  it("writes tables anew where members lost their places", () => {
    const before = made(state([1, 2]));
    const maps = { ...(before.maps as MapsHave), members: new Map() };
    expect(kinds(plan(state([1, 2]), { ...before, maps }).install)).toEqual(["Members"]);
    const swapped = new Map([...(before.maps?.members ?? [])].map(([value, index]) => [value, 3 - index]));
    expect(kinds(plan(state([1, 2]), { ...before, maps: { ...maps, members: swapped } }).install)).toEqual([
      "Listener",
    ]);
  });
});
