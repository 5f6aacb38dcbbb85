import { describe, expect, it } from "vitest";
import { parseTable, type TableHave } from "./parse.ts";
import { planTable } from "./plan-table.ts";
import { elementId, ruleComment, ruleNameOf, setComment, type TableSpec } from "./table.ts";

const table: TableSpec = {
  family: "inet",
  sets: [
    {
      name: "owners",
      kind: "set",
      type: "typeof iifname . ip6 saddr",
      elements: [{ key: ['"w2.1"', "fd77::1"], comment: "shop" }],
    },
    {
      name: "flows",
      kind: "map",
      type: "typeof @nh,144,16 . th dport : verdict",
      elements: [{ key: [2, 80], data: "accept" }],
    },
    { name: "denied", kind: "set", type: "typeof ip6 saddr", options: ["flags dynamic"], elements: null },
  ],
  chains: [
    { name: "side", rules: [{ name: "all", text: "counter drop" }] },
    {
      name: "main",
      hook: { type: "filter", hook: "forward", priority: 0, policy: "drop" },
      rules: [{ name: "go", text: "jump side" }],
    },
  ],
};

/** What the kernel would tell of a table that is exactly as wanted. */
function listing(spec: TableSpec): Record<string, unknown>[] {
  return [
    ...spec.sets.map(({ elements, ...set }) => ({
      [set.kind]: {
        name: set.name,
        comment: setComment({ ...set, elements }),
        elem: (elements ?? [{ key: ["fd77::5"] }]).map(({ key, data, comment }) => {
          const parts = key.map((part) => (typeof part === "string" ? part.replaceAll('"', "") : part));
          const val = parts.length === 1 ? parts[0] : { concat: parts };
          const left = comment === undefined ? val : { elem: { val, comment } };
          return data === undefined ? left : [left, { [data]: null }];
        }),
      },
    })),
    ...spec.chains.map(({ name, hook }) => ({
      chain: {
        name,
        ...(hook === undefined ? {} : { type: hook.type, hook: hook.hook, prio: hook.priority, policy: hook.policy }),
      },
    })),
    ...spec.chains.flatMap(({ name, rules }) =>
      rules.map((rule) => ({
        rule: { chain: name, handle: 4, comment: ruleComment(rule), expr: [{ counter: { packets: 3, bytes: 180 } }] },
      })),
    ),
  ];
}

const have = (spec: TableSpec): TableHave => parseTable(JSON.stringify({ nftables: listing(spec) }));

describe("planTable()", () => {
  it("is empty when the table is as wanted, whatever packets put into dynamic sets", () => {
    expect(planTable(table, have(table))).toEqual({ install: "", retire: "" });
  });

  it("loads the whole table where there is none", () => {
    const { install, retire } = planTable(table, undefined);
    expect(install).toMatch(/^table inet netwright \{\n/);
    expect(retire).toBe("");
  });

  it("adds missing elements and retires surplus ones, apart from each other", () => {
    const [owners, flows, denied] = table.sets as [
      (typeof table.sets)[0],
      (typeof table.sets)[0],
      (typeof table.sets)[0],
    ];
    const other: TableSpec = {
      ...table,
      sets: [{ ...owners, elements: [{ key: ['"w2.2"', "fd77::2"], comment: "shop" }] }, flows, denied],
    };
    expect(planTable(table, have(other))).toEqual({
      install: 'add element inet netwright owners { "w2.1" . fd77::1 comment "shop" }\n',
      retire: 'delete element inet netwright owners { "w2.2" . fd77::2 }\n',
    });
  });

  it("replaces an element whose data or comment differs, in one transaction", () => {
    const [owners, flows, denied] = table.sets as [
      (typeof table.sets)[0],
      (typeof table.sets)[0],
      (typeof table.sets)[0],
    ];
    const other: TableSpec = {
      ...table,
      sets: [owners, { ...flows, elements: [{ key: [2, 80], data: "drop" }] }, denied],
    };
    expect(planTable(table, have(other)).install).toBe(
      "delete element inet netwright flows { 2 . 80 }\nadd element inet netwright flows { 2 . 80 : accept }\n",
    );
  });

  it("rewrites only the chain whose rules differ", () => {
    const [side, main] = table.chains as [(typeof table.chains)[0], (typeof table.chains)[0]];
    const other: TableSpec = { ...table, chains: [{ ...side, rules: [{ name: "all", text: "drop" }] }, main] };
    expect(planTable(table, have(other))).toEqual({
      install: `flush chain inet netwright side\nadd rule inet netwright side counter drop comment "${ruleComment(side.rules[0] as { name: string; text: string })}"\n`,
      retire: "",
    });
  });

  it("takes surplus chains and sets away after what refers to them", () => {
    const more: TableSpec = {
      ...table,
      sets: [...table.sets, { name: "old", kind: "map", type: "typeof ip6 saddr : verdict", elements: [] }],
      chains: [...table.chains, { name: "older", rules: [{ name: "x", text: "drop" }] }],
    };
    expect(planTable(table, have(more)).retire).toBe(
      "flush chain inet netwright older\ndelete chain inet netwright older\ndelete map inet netwright old\n",
    );
  });

  it.each([
    ["a set's declaration", { ...table, sets: table.sets.map((set) => ({ ...set, options: ["size 7"] })) }],
    [
      "a chain's policy",
      {
        ...table,
        chains: table.chains.map((chain) =>
          chain.hook === undefined ? chain : { ...chain, hook: { ...chain.hook, policy: "accept" as const } },
        ),
      },
    ],
  ])("replaces the table when %s differs", (_, other) => {
    expect(planTable(table, have(other)).install).toMatch(/^delete table inet netwright\ntable inet netwright \{\n/);
  });
});

describe("parseTable()", () => {
  it("refuses what is not JSON", () => {
    expect(() => parseTable("Error: x")).toThrow("nft did not answer in JSON");
  });

  it("writes keys as elements are wanted", () => {
    const parsed = parseTable(
      JSON.stringify({
        nftables: [
          { metainfo: {} },
          {
            map: {
              name: "errors",
              elem: [[{ concat: ["0x20010db8000000000000000000000005", 6, 443] }, { goto: { target: "error_x" } }]],
            },
          },
          {
            map: {
              name: "to",
              elem: [
                [{ concat: ["02:00:02:00:00:01", "2001:db8:0:0::5", "tcp"] }, { concat: ["fd77:0:0:7::1", 8080] }],
              ],
            },
          },
          {
            set: {
              name: "denied",
              elem: [{ elem: { val: { concat: [4, "udp", 53] }, expires: 9, counter: { packets: 2, bytes: 96 } } }],
            },
          },
        ],
      }),
    );
    const keys = (name: string): readonly string[] => [...(parsed.sets.get(name)?.elements.keys() ?? [])];
    expect(keys("errors")).toEqual([elementId(["0x20010db8000000000000000000000005", 6, 443])]);
    expect(parsed.sets.get("errors")?.elements.values().next().value?.data).toBe("goto error_x");
    expect(keys("to")).toEqual(["02:00:02:00:00:01 . 2001:db8::5 . tcp"]);
    expect(parsed.sets.get("to")?.elements.values().next().value?.data).toBe("fd77:0:0:7::1 . 8080");
    expect(parsed.sets.get("denied")?.elements.get("4 . udp . 53")).toMatchObject({ packets: 2, bytes: 96 });
  });
});

it("ruleNameOf() knows only our comments", () => {
  expect(ruleNameOf("denied-in 0123abcd")).toBe("denied-in");
  expect(ruleNameOf("somebody's rule")).toBeUndefined();
});
