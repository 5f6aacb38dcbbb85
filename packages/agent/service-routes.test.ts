import type { HostState, NodeSystem } from "@netwright/contract";
import { expect, test } from "vitest";
import { readServiceRoutes } from "./service-routes.ts";

const line = (destination: string, length: string, metric: string, device: string): string =>
  `${destination} ${length} ${"0".repeat(32)} 00 fe80000000000000000000000000000a ${metric} 00000001 00000000 00000003 ${device}\n`;
const vip = "20010db8010000000000000000000005";
const other = "20010db8010000000000000000000006";
const ours = "0000001f";

const read = async (role: "Host" | "Router", ...lines: readonly string[]) => {
  const system = { files: { read: async () => lines.join("") } } as unknown as NodeSystem;
  const state = { role, bgp: { pools: ["2001:db8:100::/64"] } } as unknown as HostState;
  return readServiceRoutes(system, state);
};
const found = async (role: "Host" | "Router", ...lines: readonly string[]) =>
  (await read(role, ...lines)).outranked.map(({ subject, message }) => `${subject}: ${message}`);

test("tells which service addresses the router leads to hosts: not those of others, nor those that it refuses", async () => {
  const refused = line("20010db8010000000000000000000007", "80", ours, "lo").replace("00000003 lo", "00200200 lo");
  const twice = [line(vip, "80", ours, "host1"), line(vip, "80", ours, "host2")];
  const foreign = line(other, "80", "00000400", "host1");
  expect((await read("Router", ...twice, foreign, refused)).told).toEqual({ routes: ["2001:db8:100::5/128"] });
  expect((await read("Host", ...twice)).told).toEqual({});
});

test("names a service address whose route of ours is not the kernel's choice, on routers", async () => {
  const lines = [line(vip, "80", ours, "host1"), line(vip, "80", "00000005", "lo")];
  expect(await found("Router", ...lines)).toEqual([
    "2001:db8:100::5/128: route: somebody else's to 2001:db8:100::5 is preferred (dev lo, metric 5)",
  ]);
  expect(await found("Host", ...lines)).toEqual([]);
});

test("is silent about routes that rank behind, addresses without a route of ours, prefixes and other networks", async () => {
  expect(await found("Router", line(vip, "80", ours, "host1"), line(vip, "80", "00000400", "lo"))).toEqual([]);
  expect(await found("Router", line(vip, "80", ours, "host1"), line(other, "80", "00000005", "lo"))).toEqual([]);
  expect(await found("Router", line(vip, "40", ours, "lo"), line(vip, "40", "00000005", "lo"))).toEqual([]);
  expect(
    await found("Router", line(`fd${vip.slice(2)}`, "80", ours, "a"), line(`fd${vip.slice(2)}`, "80", "00000001", "b")),
  ).toEqual([]);
});
