import { describe, expect, it } from "vitest";
import { milliseconds, parseIpv6 } from "@netwright/base";
import { maglevSize, workloadMac, type HostState, type Plan } from "@netwright/contract";
import type { NftChange } from "../nftables/kernel.ts";
import { parseTable, type TableHave } from "../nftables/parse.ts";
import { setComment, ruleComment, type TableSpec } from "../nftables/table.ts";
import { classes, defaultListener, hostState, type Instance } from "../testing/states.ts";
import { planBalancers } from "./plan.ts";
import { wantBalancers } from "./want.ts";

const members = [1, 2, 3, 4].map((number): Instance => ({ tier: "proxy", number, host: number }));
const state = (count: number, listeners = 1): HostState =>
  hostState(
    {
      instances: members,
      policy: [],
      listeners: Array.from({ length: listeners }, (_, index) => ({
        ...defaultListener(members.slice(0, count), [1]),
        port: 443 + index,
      })),
      hosts: 4,
    },
    1,
  );

/** What the kernel tells of a table as wanted. */
function kernel({ sets, chains }: TableSpec): TableHave {
  const verdict = (data: string): unknown => (data.startsWith("goto ") ? { goto: { target: data.slice(5) } } : data);
  const nftables = [
    ...sets.map((set) => ({
      [set.kind]: {
        name: set.name,
        comment: setComment(set),
        elem: (set.elements ?? []).map(({ key, data, comment }) => {
          const val = key.length === 1 ? key[0] : { concat: key };
          const left = comment === undefined ? val : { elem: { val, comment } };
          return data === undefined ? left : [left, verdict(data)];
        }),
      },
    })),
    ...chains.map(({ name, hook }) => ({
      chain: { name, type: hook?.type, hook: hook?.hook, prio: hook?.priority, policy: hook?.policy },
    })),
    ...chains.flatMap(({ name, rules }) =>
      rules.map((rule) => ({ rule: { chain: name, comment: ruleComment(rule), expr: [] } })),
    ),
  ];
  return parseTable(JSON.stringify({ nftables }));
}

const plan = (from: HostState, to: HostState, unreachable: readonly number[] = []): Plan<NftChange> =>
  planBalancers(wantBalancers(to), {
    tables: new Map(wantBalancers(from).map(({ netns, table }) => [netns, kernel(table)])),
    unreachable: new Set(unreachable),
    isOthersThere: false,
  }) as Plan<NftChange>;

/** The same with edges of ours, whose routes tell which hosts are there. */
const told = (given: HostState): HostState => {
  const edge = { name: "edge1", role: "Edge", asn: 64510, interface: "e1", loopback: null } as const;
  const link = { localAddress: parseIpv6("fd00::1"), address: parseIpv6("fd00::2") };
  const bfd = { interval: milliseconds(50), multiplier: 3 };
  return { ...given, bgp: { ...given.bgp, neighbors: [{ ...edge, ...link, bfd }] } };
};

/** The same with one of the edges somebody else's, who tells a default route only. */
function toldLess(given: HostState): HostState {
  const [edge] = told(given).bgp.neighbors;
  if (edge === undefined) throw new Error("there is an edge");
  const foreign = {
    passwordFile: null,
    multihop: null,
    ttlSecurity: false,
    communities: [],
    maxPrefixes: null,
    gracefulRestart: false,
    holdTime: milliseconds(9000),
    keepaliveTime: milliseconds(3000),
  };
  return { ...given, bgp: { ...given.bgp, neighbors: [edge, { ...edge, name: "edge2", foreign }] } };
}

describe("wantBalancers()", () => {
  it("asks routes about hosts where every edge is ours, BFD or not", () => {
    const asked = (given: HostState) => wantBalancers(given).flatMap((want) => want.told.length);
    expect(asked(told(state(3)))).not.toEqual([0]);
    expect(asked(toldLess(state(3)))).toEqual([0]);
  });
});

describe("planBalancers()", () => {
  it("does nothing when nothing changed", () => {
    expect(plan(state(3), state(3))).toEqual({ install: [], retire: [] });
  });

  it("moves only the slots that a new member takes, in one transaction", () => {
    const { install, retire } = plan(state(3), state(4));
    expect(retire).toEqual([]);
    expect(install).toHaveLength(1);
    const lines = (install[0]?.script ?? "").trim().split("\n");
    expect(lines.map((line) => line.split(" { ")[0]?.replace(/slots_\S+/, "slots"))).toEqual([
      "add element netdev netwright reachable",
      "delete element netdev netwright slots",
      "add element netdev netwright slots",
    ]);
    const moved = (lines[2]?.match(/ : /g) ?? []).length;
    expect(moved).toBeGreaterThan(maglevSize / 5);
    expect(moved).toBeLessThan(maglevSize / 3);
  });

  it("adds a listener without touching the others, and takes it away again", () => {
    expect(plan(state(3, 1), state(3, 2)).install[0]?.script).not.toContain("slots_tcp_443_");
    const { install, retire } = plan(state(3, 2), state(3, 1));
    expect(install).toEqual([]);
    const commands = (retire[0]?.script ?? "")
      .trim()
      .split("\n")
      .map((line) => line.replace(/_444_\S+|\{.*/g, "").trim());
    expect(commands).toEqual([
      "delete element netdev netwright listeners",
      "delete element netdev netwright errors",
      ...["learn_tcp", "listener_tcp", "error_tcp"].map((name) => `flush chain netdev netwright ${name}`),
      ...["learn_tcp", "listener_tcp", "error_tcp"].map((name) => `delete chain netdev netwright ${name}`),
      ...["slots_tcp", "known_tcp"].map((name) => `delete map netdev netwright ${name}`),
    ]);
  });

  it("leaves out members on hosts without a route, slots and reachable members in one transaction", () => {
    const { install, retire } = plan(told(state(3)), told(state(3)), [3]);
    expect(retire).toEqual([]);
    expect(install).toHaveLength(1);
    const gone = workloadMac(classes.proxy, 3);
    expect(install[0]?.script).toMatch(new RegExp(`delete element netdev netwright reachable { ${gone} }`));
    expect(install[0]?.script.match(/add element[^\n]*/g)?.join("\n")).not.toContain(gone);
  });

  it("takes away what the other driver left, after its own is there", () => {
    const { install } = planBalancers(wantBalancers(state(3)), {
      tables: new Map(),
      unreachable: new Set(),
      isOthersThere: true,
    });
    expect(install.at(-1)).toEqual({ removeFrom: ["nwn-default.web"] });
    expect(install).toHaveLength(2);
  });

  it("keeps all members where none could be reached, and where routes tell nothing", () => {
    const far = members.slice(1, 3);
    const listener = defaultListener(far, [1]);
    const distant = told(hostState({ instances: members, policy: [], listeners: [listener], hosts: 4 }, 1));
    expect(plan(distant, distant, [2, 3])).toEqual({ install: [], retire: [] });
    expect(plan(state(3), state(3), [3])).toEqual({ install: [], retire: [] });
  });
});
