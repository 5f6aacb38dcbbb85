/** From a workload to what is outside its network: where the site ends, and what of the site can be reached so. */
import { parseIpv6, parsePrefix } from "@netwright/base";
import { expect, test } from "vitest";
import { choose } from "./choose.ts";
import { buildFabric } from "./fabric.ts";
import { send } from "./send.ts";
import { addressOf, proxyClass, shopStates, vip, withNetwork, type States } from "./testing.ts";
import type { Packet } from "./trace.ts";

const source = parseIpv6("2001:db8:100::9");
const entry = {
  from: proxyClass,
  source,
  to: parsePrefix("2000::/3"),
  protocol: "tcp",
  port: 443,
  origin: { object: "service/shop", field: "spec.egress[0]" },
} as const;
const states = withNetwork(shopStates(), "host1", { egress: [entry, { ...entry, port: 444 }] });
const outwards = (more: Partial<Packet>): Packet => ({
  from: { project: "default", instance: "shop-proxy-1" },
  source: addressOf(1, proxyClass, 1),
  destination: vip,
  protocol: "tcp",
  sourcePort: 40_000,
  destinationPort: 443,
  ...more,
});
const sent = (given: States, more: Partial<Packet> = {}) => send(buildFabric(Object.values(given)), outwards(more));
const elsewhere: States = { ...states, host1: { ...states.host1, bgp: { ...states.host1.bgp, announce: [] } } };

test("a listener on the same host gets it there, in the name of the source address", () => {
  const trace = sent(states);
  expect(trace).toMatchObject({ verdict: "Delivered", deliveredTo: { address: expect.any(String) } });
  const { slot } = choose(states.host1.networks[0]?.loadBalancers[0] as never, source, 40_000);
  expect(trace.hops.map(({ place, step }) => `${place}: ${step}`).slice(2, 4)).toEqual([
    `host1 default.web: source becomes ${source}`,
    "host1: to the uplink of web",
  ]);
  expect(trace.hops.map(({ detail }) => detail).join()).toContain(`slot ${slot} of`);
});

test("a listener elsewhere gets it by way of the routers, and of no provider", () => {
  const trace = sent(elsewhere);
  expect(trace.hops.map(({ place, step }) => `${place}: ${step}`).slice(3, 6)).toEqual([
    "host1: leaves the host",
    `edge1: route ${vip}/128`,
    "host2: to the uplink of web",
  ]);
  expect(trace.verdict).toBe("Delivered");
});

test("where several hosts may get it, one can be asked for", () => {
  const via = (node: string) => send(buildFabric(Object.values(elsewhere)), outwards({}), node);
  expect(via("host2")).toMatchObject({ verdict: "Delivered" });
  expect(via("host1").reason).toBe(`edge: no host announces ${vip}, which is in a pool of the site`);
});

test("a port without a listener, and an address that nobody has, are dropped where that is so", () => {
  expect(sent(states, { destinationPort: 444 }).reason).toBe(`host1: no listener for [${vip}]:444/tcp is placed here`);
  const far = sent(elsewhere, { destinationPort: 444 });
  expect(far.reason).toBe(`host2: no listener for [${vip}]:444/tcp is placed here`);
  const nobody = sent(states, { destination: parseIpv6("2001:db8:100::77") });
  expect(nobody.reason).toBe("edge: no host announces 2001:db8:100::77, which is in a pool of the site");
  expect(nobody.hops.map(({ step }) => step)).not.toContain("leaves the site");
});

test("a router of others is taken to pass it on to hosts that tell it", () => {
  const { host1, host2 } = elsewhere;
  const trace = send(buildFabric([host1, host2]), outwards({}));
  expect(trace.hops.map(({ place }) => place).slice(3, 6)).toEqual(["host1", "edge1", "host2"]);
});

test("what the site runs itself is nobody's, also where this host has no session there", () => {
  const site = [parseIpv6("2001:db8:5::1")];
  const told = { ...states, host1: { ...states.host1, underlay: { ...states.host1.underlay, site } } };
  expect(sent(states, { destination: site[0] as never }).reason).toContain("leaves the site");
  expect(sent(told, { destination: site[0] as never }).reason).toBe("host1: 2001:db8:5::1 is the site's own");
});
