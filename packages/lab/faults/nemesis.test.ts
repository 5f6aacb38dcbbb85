import { milliseconds } from "@netwright/base";
import { nemesisFaults, nemesisSchema, validateFault, type Nemesis, type NemesisFault } from "@netwright/api";
import { expect, test } from "vitest";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import { describeFault } from "./describe.ts";
import { nemesisSchedule, type ScheduledFault } from "./nemesis.ts";
import { deafness } from "./partition.ts";

const topology = planLab(defaultLab());
const programs = [
  { node: "provider", program: "bgpd" },
  { node: "host1", program: "agent" },
];
const site = { topology, programs, seed: 1 };
const nemesis = (faults: readonly NemesisFault[], more: object = {}): Nemesis =>
  nemesisSchema.parse({ faults, every: "5s", for: "2s", ...more });

function first(count: number, wanted: Nemesis, seed = 1): readonly ScheduledFault[] {
  const found: ScheduledFault[] = [];
  for (const one of nemesisSchedule(wanted, { ...site, seed })) if (found.push(one) === count) break;
  return found;
}

test("same seed, same schedule; another seed, another", () => {
  const all = nemesis(nemesisFaults);
  expect(first(50, all)).toEqual(first(50, all));
  expect(first(50, all)).not.toEqual(first(50, all, 2));
  expect(first(50, { ...all, seed: 2 })).toEqual(first(50, all, 2));
  expect(first(3, all).map(({ at }) => at)).toEqual([0, 5000, 10_000]);
});

test("each fault is one that a scenario could have written, and all of them come", () => {
  const faults = first(300, nemesis(nemesisFaults)).map(({ fault }) => fault);
  expect(faults.flatMap((fault) => validateFault(fault, []))).toEqual([]);
  expect(faults.every((fault) => fault.for === 2000)).toBe(true);
  const words = new Set(faults.map((fault) => describeFault(fault).replaceAll(/.*: | .*|,.*/g, "")));
  expect(words.size).toBeGreaterThan(8);
});

test("the first ones of seed 1 stay what they are", () => {
  expect(first(8, nemesis(nemesisFaults)).map(({ fault }) => describeFault(fault))).toMatchInlineSnapshot(`
    [
      "partition: host1 internet2 | host1 host3 | host1 edge2 | internet2 host3 | internet2 edge2 | internet2 provider | host3 edge2 | host3 provider | host3 edge1 | edge2 provider | edge2 edge1 | edge2 internet1 | provider edge1 | provider internet1 | provider resolver | edge1 internet1 | edge1 resolver | edge1 host2 | internet1 resolver | internet1 host2 | internet1 dns | resolver host2 | resolver dns | resolver host1 | host2 dns | host2 host1 | host2 internet2 | dns host1 | dns internet2 | dns host3, for 2s",
      "internet2: off, for 2s",
      "host1: agent gets SIGKILL and stays dead for 2s",
      "partition: provider host3 host2 host1 resolver | dns internet1 edge2 edge1 internet2, for 2s",
      "mgmt-host1: down 250ms of every 500ms, for 2s",
      "dns: off, for 2s",
      "host2: off, for 2s",
      "mgmt-host1: cut, for 2s",
    ]
  `);
});

const six = ["edge1", "edge2", "host1", "host2", "host3", "provider"];
const groupsOf = (fault: NemesisFault, nodes: readonly string[]): readonly (readonly string[])[] =>
  first(1, nemesis([fault], { nodes }))[0]?.fault.partition ?? [];

test("halves, one, and a bridge between halves", () => {
  expect(groupsOf("partition-halves", six).map(({ length }) => length)).toEqual([3, 3]);
  expect(groupsOf("partition-one", six).map(({ length }) => length)).toEqual([1, 5]);
  const [left = [], right = []] = groupsOf("partition-bridge", six);
  expect(left.filter((node) => right.includes(node))).toHaveLength(1);
  expect(new Set([...left, ...right]).size).toBe(6);
});

test.each([4, 5, 6])("in a ring of %i each node hears a majority, and no two the same one", (count) => {
  const nodes = six.slice(0, count);
  const deaf = deafness(groupsOf("partition-majorities-ring", nodes), false);
  const heard = nodes.map((node) => nodes.filter((other) => !(deaf.get(node) ?? []).includes(other)));
  for (const view of heard) expect(view.length).toBeGreaterThan(count / 2);
  expect(new Set(heard.map((view) => view.join(" "))).size).toBe(count);
});

test("one way, the first group is not heard; the others hear each other, and it hears them", () => {
  const deaf = deafness([["a"], ["b"], ["c"]], true);
  expect([...deaf]).toEqual([
    ["b", ["a"]],
    ["c", ["a"]],
  ]);
});

test("what can happen to nobody is refused", () => {
  const refusal = (wanted: Nemesis): string => {
    try {
      nemesisSchedule(wanted, site);
    } catch (error) {
      return String(error);
    }
    return "";
  };
  expect(refusal(nemesis(["cut"], { nodes: ["nobody"] }))).toContain("there is no node nobody");
  expect(refusal(nemesis(["cut"], { nodes: ["internet1"] }))).toContain("finds no link");
  expect(refusal(nemesis(["kill"], { nodes: ["edge1"] }))).toContain("finds no program");
  expect(refusal({ ...nemesis(["partition-bridge"]), nodes: ["host1"] })).toContain("needs 3 nodes");
  expect(first(1, nemesis(["kill"], { nodes: ["edge1"], programs: ["bird"] }))[0]?.fault).toMatchObject({
    kill: "bird",
  });
  expect(first(1, nemesis(["kill"]))[0]?.fault.for).toBe(milliseconds(2000));
});
