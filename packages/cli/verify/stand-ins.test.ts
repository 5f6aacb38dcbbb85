import { objectName, parseManifests, type AnyObject } from "@netwright/api";
import type { Instant } from "@netwright/base";
import { foresee, objectSet } from "@netwright/compiler";
import { fabric, inner, shop } from "@netwright/compiler/testing.ts";
import { expect, test } from "vitest";
import { wholeSite } from "./stand-ins.ts";

const objectsIn = (...texts: readonly string[]): readonly AnyObject[] =>
  parseManifests(texts.join("\n---\n"), "test.yaml").objects.map(({ object }) => object);
const names = (objects: readonly AnyObject[]): readonly string[] => objects.map(objectName).toSorted();

/** What is wrong with the whole, and how many instances run. */
function led(objects: readonly AnyObject[]) {
  const { diagnostics, states } = foresee(objectSet(objects.map((object) => ({ object }))), 0 as Instant);
  const networks = [...states.values()].flatMap((state) => state.networks);
  return { diagnostics, instances: networks.flatMap(({ workloads }) => workloads).length };
}

test("services alone run on the hosts of a lab", () => {
  const { objects, standIns } = wholeSite(objectsIn(shop(), inner("db")));
  expect(names(standIns)).toEqual([
    "addresspool/default",
    "host/host1",
    "host/host2",
    "host/host3",
    "router/edge1",
    "router/edge2",
    "router/provider",
  ]);
  expect(led(objects)).toEqual({ diagnostics: [], instances: 3 });
});

test("a site that is given is the site", () => {
  const { objects, standIns } = wholeSite(objectsIn(fabric(2), shop()));
  expect(standIns).toEqual([]);
  expect(led(objects).diagnostics).toEqual([]);
});

test("hosts alone get the routers that they speak with", () => {
  const given = objectsIn(fabric(2), shop()).filter(({ kind }) => kind !== "Router");
  const { objects, standIns } = wholeSite(given);
  expect(names(standIns)).toEqual(["router/edge1", "router/edge2", "router/provider"]);
  expect(led(objects).diagnostics).toEqual([]);
});

test("routers without hosts are left out: what they are linked to is not there", () => {
  const given = objectsIn(fabric(2), shop()).filter(({ kind }) => kind !== "Host");
  const { objects, standIns } = wholeSite(given);
  expect(names(standIns)).toContain("router/edge1");
  expect(led(objects).diagnostics).toEqual([]);
});

test("there is room: for each instance that must be alone, for all together, for what asks a directory of its host", () => {
  const apart = shop({ web: 7, spread: "required" });
  const many = inner("many", { replicas: 400 });
  const data = inner("data").replace("port: 5432", "port: 5432, volumes: [{ hostPath: /srv/data, path: /data }]");
  const { objects, standIns } = wholeSite(objectsIn(apart, many, data));
  expect(standIns.filter(({ kind }) => kind === "Host")).toHaveLength(7);
  expect(led(objects)).toEqual({ diagnostics: [], instances: 409 });
});

test("each pool that is named is there, unless any is given: then another name is a mistake", () => {
  const campus = shop().replace("network: web", "network: web\n  pool: campus");
  expect(names(wholeSite(objectsIn(campus, inner("db"))).standIns)).toContain("addresspool/campus");
  const { objects } = wholeSite(objectsIn(fabric(2), campus));
  expect(led(objects).diagnostics).toMatchObject([{ code: "NW1301", field: "spec.pool" }]);
});
