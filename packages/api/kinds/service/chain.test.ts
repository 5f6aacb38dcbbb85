import { describe, expect, test } from "vitest";
import { decodeObject } from "../decode.ts";
import { serviceChain, tierProtocols } from "./chain.ts";
import type { Service } from "./service.ts";

const tier = (name: string, port = 8080) => ({ name, workload: { image: "host", command: ["x"], port } });
const listener = (protocol: string, port: number, more = {}) => ({
  hostname: "a.example.net",
  protocol,
  port,
  ...more,
});

function service(spec: object): Service {
  const object = { apiVersion: "netwright.dev/v1alpha1", kind: "Service", metadata: { name: "shop" }, spec };
  const decoded = decodeObject(object);
  if (!decoded.ok) throw new RangeError(JSON.stringify(decoded.findings));
  return decoded.object as Service;
}

const names = (spec: object): readonly string[] => serviceChain(service(spec)).map(({ name }) => name);

describe("the chain of a service", () => {
  test("HTTPS implies lb and proxy, TCP implies lb, nothing implies nothing", () => {
    expect(names({ tiers: [tier("web")], expose: [listener("HTTPS", 443)] })).toEqual(["lb", "proxy", "web"]);
    expect(names({ tiers: [tier("web")], expose: [listener("TCP", 1)] })).toEqual(["lb", "web"]);
    expect(names({ tiers: [tier("web"), tier("app")] })).toEqual(["web", "app"]);
  });

  test("written implied tiers keep their size and name their own line", () => {
    const tiers = [{ name: "lb", replicas: 2 }, { name: "proxy", spread: "required" }, tier("web")];
    const chain = serviceChain(service({ tiers, expose: [listener("TCP", 1), listener("HTTPS", 443)] }));
    expect(chain.map(({ role, name, replicas, spread, field }) => ({ role, name, replicas, spread, field }))).toEqual([
      { role: "LoadBalancer", name: "lb", replicas: 2, spread: "preferred", field: ["spec", "tiers", 0] },
      { role: "Proxy", name: "proxy", replicas: 1, spread: "required", field: ["spec", "tiers", 1] },
      { role: "Workload", name: "web", replicas: 1, spread: "preferred", field: ["spec", "tiers", 2] },
    ]);
  });

  test("unwritten implied tiers name the listener that implies them", () => {
    const chain = serviceChain(service({ tiers: [tier("web")], expose: [listener("TCP", 1), listener("HTTPS", 443)] }));
    expect(chain.map(({ field }) => field)).toEqual([
      ["spec", "expose", 0],
      ["spec", "expose", 1],
      ["spec", "tiers", 0],
    ]);
  });
});

describe("protocols that a tier must listen on", () => {
  const protocols = (spec: object, name: string) => tierProtocols(service(spec).spec, name);
  const udp = listener("UDP", 53);

  test.each([
    ["nothing reaches it", { tiers: [tier("web")] }, ["tcp"]],
    ["behind the proxy", { tiers: [tier("web")], expose: [listener("HTTPS", 443)] }, ["tcp"]],
    ["only UDP", { tiers: [tier("web")], expose: [udp] }, ["udp"]],
    ["UDP and TCP", { tiers: [tier("web")], expose: [udp, listener("TCP", 53)] }, ["tcp", "udp"]],
    ["UDP behind the proxy", { tiers: [tier("web")], expose: [udp, listener("HTTPS", 443)] }, ["tcp", "udp"]],
    [
      "UDP, and TCP from another service",
      { tiers: [tier("web")], expose: [udp], allow: [allowed({})] },
      ["tcp", "udp"],
    ],
    ["UDP, and TCP to another port", { tiers: [tier("web")], expose: [udp], allow: [allowed({ port: 1 })] }, ["udp"]],
    ["UDP from another service", { tiers: [tier("web")], allow: [allowed({ protocol: "UDP" })] }, ["udp"]],
  ])("%s", (_, spec, expected) => {
    expect(protocols(spec, "web")).toEqual(expected);
  });

  test("a tier behind another takes TCP from it", () => {
    const spec = { tiers: [tier("web"), tier("dns")], expose: [{ ...udp, tier: "dns" }] };
    expect(protocols(spec, "dns")).toEqual(["tcp", "udp"]);
  });

  test("health is a TCP connection where something listens on TCP, else nothing", () => {
    const health = (spec: object) => (service(spec).spec.tiers[0] as { health?: object }).health;
    expect(health({ tiers: [tier("web")] })).toEqual({ tcp: true, interval: 1000, timeout: 1000, rise: 1, fall: 3 });
    expect(health({ tiers: [tier("web")], expose: [udp] })).toBeUndefined();
  });
});

const allowed = (more: object) => ({ from: { service: "cart", tier: "app" }, to: "web", ...more });

test("defaults of flows: this project, the tier's port, TCP", () => {
  expect(service({ tiers: [tier("web", 5432)], allow: [allowed({})] }).spec.allow).toEqual([
    { from: { service: "cart", tier: "app", project: "default" }, to: "web", port: 5432, protocol: "TCP" },
  ]);
});
