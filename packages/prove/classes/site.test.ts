/** What is kept of a site when it changes, and what counts as a change. */
import type { HostState } from "@netwright/contract";
import { proxyToWeb, shopStates, withNetwork } from "@netwright/model/testing.ts";
import { expect, test } from "vitest";
import { differenceOf } from "./change.ts";
import { siteOf } from "./site.ts";

const before = Object.values(shopStates());
const first = siteOf(before);
const nothing = { networks: new Set(), addresses: new Set(), egress: false, hosts: false, everything: false };

function changed(states: readonly HostState[]) {
  // As they come from another thread: nothing is the same value.
  const next = siteOf(structuredClone(states), first);
  const { services, ...difference } = differenceOf(first, next, [[], []]);
  expect(services.size).toBe(0);
  return { next, difference };
}

test("the same data is no change", () => {
  const { next, difference } = changed(before);
  expect(difference).toEqual(nothing);
  expect(next.bgp).toBe(first.bgp);
  for (const [vni, network] of next.networks) expect(network).toBe(first.networks.get(vni));
});

test("what differs is told, and nothing else", () => {
  const states = shopStates();
  const other = Object.values(withNetwork(states, "host1", { policy: [] }));
  expect(changed(other).difference).toMatchObject({ hosts: false, everything: false });
  expect([...changed(other).difference.networks]).toHaveLength(1);
  expect(proxyToWeb).toBeDefined();
  const [one, ...rest] = before;
  const { neighbors } = (one as HostState).bgp;
  const fewer = { ...(one as HostState), bgp: { ...(one as HostState).bgp, neighbors: neighbors.slice(1) } };
  expect(changed([fewer, ...rest]).difference).toMatchObject({ everything: true });
});
