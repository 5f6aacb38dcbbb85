import type { Service } from "@netwright/api";
import { describe, expect, test } from "vitest";
import type { Facts } from "../status/facts.ts";
import type { ObservedService } from "../status/service-status.ts";
import { detailsOf } from "./stage-details.ts";

const instances = (...places: readonly string[]): ObservedService["instances"] =>
  places.map((place) => {
    const [tier = "", host = "", phase = "Ready"] = place.split(" ");
    return { id: `shop-${tier}`, tier, host, address: "", phase, message: "" };
  });

const observed = (details: Partial<ObservedService>): ObservedService => ({
  addresses: [{ address: "2001:db8:100::1", pool: "default" }],
  announcements: [],
  instances: [],
  conditions: [],
  ...details,
});

const listener = (protocol: string, port: number) => ({ protocol, hostname: "shop.example.net", port });

const serviceWith = (...expose: readonly object[]): Service =>
  ({ metadata: { name: "shop", project: "default" }, spec: { network: "web", expose } }) as unknown as Service;

/** Hosts by name, with how many policy entries and deliveries they hold. */
const factsOf = (
  hosts: Readonly<Record<string, readonly [policy: number, deliveries: number]>>,
  volumes: readonly { readonly name: string }[] = [],
): Facts => {
  const states = Object.entries(hosts).map(([host, [policy, deliveries]]) => {
    const network = {
      project: "default",
      name: "web",
      policy: Array.from({ length: policy }, (_, port) => ({ from: 1, to: 2, protocol: "tcp", port })),
      deliveries: Array.from({ length: deliveries }, (_, port) => ({
        vip: "::1",
        instance: "a",
        protocol: "tcp",
        port,
      })),
    };
    return [host, { revision: 1, state: { networks: [network] } }] as const;
  });
  return {
    states: new Map(states),
    ledger: { volumesOf: new Map([["default/shop", volumes]]) },
  } as unknown as Facts;
};

const details = (parts: Partial<ObservedService>, facts = factsOf({}), service = serviceWith()) =>
  detailsOf(service, observed(parts), facts);

describe("placed", () => {
  test.each([
    [["lb host2", "proxy host2", "web host2"], "lb, proxy, web on host2 (one each: together)"],
    [["lb host1", "web host1", "web host2"], "lb, web on host1; web on host2"],
    [["lb host1", "web host1", "web host1"], "lb, 2 web on host1"],
    [["web host1"], "web on host1"],
    [["web host1", "web host2", "web host3", "web host4"], "4 instances on 4 hosts"],
    [["web host1", "web host2 Draining", "web host3 Stopping"], "web on host1"],
  ])("%j", (places, text) => {
    expect(details({ instances: instances(...places) }).placed).toBe(text);
  });

  test("with the data that it is there for", () => {
    const some = [{ name: "b-1" }, { name: "a-1" }];
    const placed = (...volumes: { name: string }[]) =>
      details({ instances: instances("db host1") }, factsOf({}, volumes)).placed;
    expect(placed(...some)).toBe("db on host1, with a-1 and b-1");
    expect(placed(...some, { name: "c-1" })).toBe("db on host1, with 3 volumes");
  });
});

test("firewall: rules of each host, between tiers and to listeners alike", () => {
  const on = (...hosts: readonly string[]) => ({ instances: instances(...hosts.map((host) => `web ${host}`)) });
  expect(details(on("host1"), factsOf({ host1: [1, 2] })).firewall).toBe("host1: 3 rules, before the first packet");
  expect(details(on("host1"), factsOf({ host1: [1, 0] })).firewall).toBe("host1: 1 rule, before the first packet");
  expect(details(on("host1", "host2"), factsOf({ host1: [1, 2], host2: [1, 0] })).firewall).toBe(
    "2 hosts: 1 to 3 rules each, before the first packet",
  );
  expect(details(on("host1")).firewall).toBe("");
});

test("announced names each router once; ready names what is served", () => {
  const announcement = (router: string, host: string) => ({ router, host, prefix: "2001:db8:100::1/128" });
  const announcements = [
    announcement("edge2", "host1"),
    announcement("edge1", "host1"),
    announcement("edge1", "host2"),
  ];
  expect(details({ announcements }).announced).toBe("to edge1, edge2");
  expect(details({}).announced).toBe("not exposed");
  const service = serviceWith(listener("HTTPS", 443), listener("HTTPS", 8443), listener("UDP", 7));
  expect(details({}, factsOf({}), service).ready).toBe(
    "https://shop.example.net/, https://shop.example.net:8443/, UDP shop.example.net:7",
  );
  expect(details({ addresses: [] })).toMatchObject({
    address: "none: it has no listener",
    ready: "for services that it allows",
  });
});
