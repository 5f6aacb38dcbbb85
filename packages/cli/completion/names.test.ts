import type { Client } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Topology } from "@netwright/lab";
import { expect, test } from "vitest";
import { wireObject } from "../testing/objects.ts";
import { liveNames } from "./names.ts";

const objects = [
  wireObject("Host", "host1"),
  wireObject("Service", "shop", { spec: { tiers: [{ name: "lb" }, { name: "web" }] } }),
  wireObject("Service", "mail", { metadata: { project: "team" }, spec: { tiers: [] } }),
  wireObject("Instance", "shop-web-1"),
];

const client = {
  list: async (kind: string) => ({ items: objects.filter((object) => object.kind === kind), revision: 1 }),
  changes: async () => [{ id: 2 }, { id: 1 }],
} as unknown as Client;

const topology = {
  nodes: [{ name: "host1" }, { name: "edge1" }],
  links: [{ name: "edge1-host1" }],
} as unknown as Topology;

const here = liveNames({ client: async () => client, topology: async () => topology });

test.each([
  ["describe", [], ["host/host1", "service/shop", "team/service/mail", "instance/shop-web-1"]],
  ["describe", ["service"], ["shop", "mail"]],
  ["logs", [], ["shop-web-1"]],
  ["logs", ["shop-web-1"], []],
  ["scale", [], ["service/shop", "team/service/mail"]],
  ["scale", ["service/shop"], ["lb=", "web="]],
  ["undo", [], ["2", "1"]],
  ["lab exec", [], ["host1", "edge1"]],
  ["lab cut", [], ["edge1-host1"]],
  ["apply", [], []],
])("%s after %j", async (verb, before, expected) => {
  expect(await here.ofArgument(verb, before)).toEqual(expected);
});

test("get takes kinds too, also while the server is away", async () => {
  const failing = (): Promise<never> => Promise.reject(new NetwrightError("NW1505", "away"));
  const away = liveNames({ client: failing, topology: failing });
  expect(await away.ofArgument("get", [])).toContain("services");
  expect(await away.ofArgument("logs", [])).toEqual([]);
  expect(await away.ofOption("--from")).toEqual(["internet"]);
  expect(await here.ofOption("--from")).toEqual(["host1", "edge1", "internet"]);
});
