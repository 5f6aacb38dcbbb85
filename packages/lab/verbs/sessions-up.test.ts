import { expect, test } from "vitest";
import { establishedPeers, sessionsNotUp } from "./sessions-up.ts";
import type { Site } from "../sandbox/start-programs.ts";
import { labPaths } from "../record/paths.ts";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import { missingSessions, sessionEnds } from "../topology/sessions.ts";

const ends = sessionEnds(planLab(defaultLab({ hosts: 2 })));

test("every session of the fabric is wanted at both its ends", () => {
  const told = (by: string): readonly string[] =>
    ends.filter((end) => end.told === by).map(({ from, to }) => `${from} ${to}`);
  expect(told("Frr")).toEqual(["provider edge1", "provider edge2"]);
  expect(told("Agent").toSorted()).toEqual([
    "edge1 edge2",
    "edge1 host1",
    "edge1 host2",
    "edge1 provider",
    "edge2 edge1",
    "edge2 host1",
    "edge2 host2",
    "edge2 provider",
    "host1 edge1",
    "host1 edge2",
    "host2 edge1",
    "host2 edge2",
  ]);
});

test("of two sessions between the same nodes one that is up leaves one missing", () => {
  const end = { from: "a", to: "b" };
  expect(missingSessions([end, end], [end])).toEqual([end]);
  expect(missingSessions([end, end], [end, end])).toEqual([]);
  expect(missingSessions([end], [{ from: "b", to: "a" }])).toEqual([end]);
});

test("FRR's summary tells who is established; without neighbours it tells nothing", () => {
  const summary = { peers: { "fd00::3": { state: "Established" }, "fd00::5": { state: "Active" } } };
  expect([...establishedPeers(JSON.stringify(summary))]).toEqual(["fd00::3"]);
  expect(establishedPeers("{}\n").size).toBe(0);
});

test("the error names the sessions, not all of a hundred, and the log of who should know", () => {
  const site = { paths: labPaths("default") } as Site;
  const error = sessionsNotUp(site, ends);
  expect(error.code).toBe("NW1605");
  expect(error.message).toMatch(/^BGP sessions that are not up: (\w+ to \w+, ){4}\w+ to \w+ and 9 more$/);
  const frr = ends.find(({ told }) => told === "Frr");
  expect(sessionsNotUp(site, frr === undefined ? [] : [frr]).diagnostics[0]?.hint).toContain("provider.bgpd.log");
});
