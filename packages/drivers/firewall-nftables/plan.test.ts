/** What the firewall changes, and in which order, from nothing and from what is there. */
import { nftTable } from "@netwright/contract";
import { describe, expect, test } from "vitest";
import type { TableHave } from "../nftables/parse.ts";
import { goldenState } from "../testing/scene.ts";
import { deniedFlows, notExposedFlows } from "./denied.ts";
import { planFirewall } from "./plan.ts";
import { wantFirewall } from "./want.ts";

const want = wantFirewall(goldenState);
const tenant = want.find(({ netns }) => netns !== null)?.netns ?? "";

describe("a node without rules", () => {
  const { install, retire } = planFirewall(want, new Map());
  test("gets whole tables, the node's own first", () => {
    const scripts = install.flatMap((change) => (change.kind === "Rules" ? [change] : []));
    expect(scripts.map(({ netns }) => netns)).toEqual([null, tenant]);
    for (const { script } of scripts) expect(script).toContain(`table inet ${nftTable} {`);
  });
  test("forwards in a tenant's namespace only after every table is there", () => {
    expect(install.at(-1)).toEqual({ kind: "Forward", netns: tenant });
    expect(install.findIndex(({ kind }) => kind === "Forward")).toBe(install.length - 1);
  });
  test("has nothing to take away", () => {
    expect(retire).toEqual([]);
  });
});

test("a namespace that forwards without our table is given the table; it is not opened again", () => {
  const { install } = planFirewall(want, new Map([[tenant, { table: undefined, forwarding: true }]]));
  expect(install.some(({ kind }) => kind === "Forward")).toBe(false);
  expect(install).toHaveLength(2);
});

test("denied flows come from three sets, those of the outside with class 0, most packets first", () => {
  const element = (packets: number) => ({ data: undefined, comment: undefined, packets, bytes: packets * 60 });
  const set = (entries: readonly (readonly [string, number])[]) =>
    ({ kind: "set", comment: "", elements: new Map(entries.map(([id, packets]) => [id, element(packets)])) }) as const;
  const sets: TableHave["sets"] = new Map([
    ["denied", set([["3 . 2 . tcp . 443", 5]])],
    ["denied_in", set([["2 . udp . 53", 9]])],
    ["denied_out", set([["3 . 2001:db8:f::25 . tcp . 25", 1]])],
  ]);
  expect(deniedFlows(sets)).toEqual([
    { from: 0, to: 2, protocol: "udp", port: 53, packets: 9, bytes: 540 },
    { from: 3, to: 2, protocol: "tcp", port: 443, packets: 5, bytes: 300 },
    { from: 3, to: 0, protocol: "tcp", port: 25, packets: 1, bytes: 60, destination: "2001:db8:f::25" },
  ]);
});

test("what is dropped at a public address has both its ends, and no class", () => {
  const element = { data: undefined, comment: undefined, packets: 2, bytes: 160 };
  const elements = new Map([["2001:db8:f::2 . 2001:db8:100::5 . tcp . 22", element]]);
  expect(notExposedFlows(new Map([["not_exposed", { kind: "set", comment: "", elements }]]))).toEqual([
    {
      from: 0,
      to: 0,
      protocol: "tcp",
      port: 22,
      packets: 2,
      bytes: 160,
      outside: { source: "2001:db8:f::2", destination: "2001:db8:100::5" },
    },
  ]);
});
