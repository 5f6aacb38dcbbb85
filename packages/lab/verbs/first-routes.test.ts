import { expect, test } from "vitest";
import { planLab } from "../topology/plan-lab.ts";
import { defaultLab } from "../topology/default-lab.ts";
import type { Site } from "../sandbox/start-programs.ts";
import { firstRoutes, routesIn, routesMissing } from "./first-routes.ts";

const topology = planLab(defaultLab({ hosts: 1 }));
const line = (destination: string, length: string, device: string): string =>
  `${destination} ${length} ${"0".repeat(32)} 00 ${"0".repeat(32)} 00000020 00000001 00000000 00000003 ${device.padStart(8)}\n`;
const vtep = line("fd000000000000010000000000000001", "80", "host1");
const wayOut = (device: string): string => line("0".repeat(32), "00", device);

test("hosts wait for a way out by each edge, edges for each host's tunnel end point", () => {
  expect(firstRoutes(topology)).toEqual([
    { node: "edge1", destination: "fd00:0:0:1::1", by: "host1" },
    { node: "host1", destination: "::", by: "edge1" },
    { node: "edge2", destination: "fd00:0:0:1::1", by: "host1" },
    { node: "host1", destination: "::", by: "edge2" },
  ]);
});

test("without a provider no host has a way out", () => {
  const lab = defaultLab({ hosts: 1 });
  const links = lab.spec.links.filter(({ ends }) => ends.every(({ node }) => node !== "provider"));
  const alone = planLab({ ...lab, spec: { ...lab.spec, links } } as typeof lab);
  expect(firstRoutes(alone).map(({ node }) => node)).toEqual(["edge1", "edge2"]);
});

test("a table's default routes and single addresses count, nothing else", () => {
  const table = vtep + wayOut("edge1") + line("fd000000000000020000000000000000", "7f", "edge1");
  expect([...routesIn(table)]).toEqual(["fd00:0:0:1::1 host1", ":: edge1"]);
  expect(routesIn("").size).toBe(0);
});

test("what is missing is named with the device that should lead there", async () => {
  const tables: Readonly<Record<string, string>> = { 1: vtep, 2: "", 3: wayOut("edge1") };
  const pids = { edge1: 1, edge2: 2, host1: 3 };
  const site = {
    topology,
    nodes: Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, { machine: { pid } }])),
    context: { files: { read: async (path: string) => tables[path.split("/")[2] ?? ""] } },
  } as unknown as Site;
  expect(await routesMissing(site)).toEqual(["host1 to anywhere by edge2", "edge2 to fd00:0:0:1::1 by host1"]);
});
