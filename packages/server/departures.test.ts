/** What goes away, seen from outside: hosts and routers that are deleted, routes that are missing. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { hostPrefix, parseIpv6 } from "@netwright/base";
import type { Condition, ServiceStatus } from "@netwright/api";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes, shop } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

let harness: Harness;
let agents: Map<string, FakeAgent>;
let tokens: Map<string, string>;
const store = () => harness.store;
/** Without those links that name hosts, so that those can be deleted. */
const manifests = fabricManifests.replace(/^.*, host: host\d.*\n/gm, "");

beforeEach(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(manifests));
  agents = new Map();
  tokens = new Map();
  for (const node of nodes) {
    const { secret } = await harness.admin.createToken({ name: `agent-${node}`, role: "Node", node });
    tokens.set(node, secret);
    agents.set(node, startFakeAgent(harness.as(secret), node));
  }
});

afterEach(async () => {
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
});

const statusOf = async (name = "shop"): Promise<ServiceStatus> =>
  (await harness.admin.get({ kind: "Service", name })).status as unknown as ServiceStatus;
const conditionOf = async (type: string): Promise<Condition> =>
  present((await statusOf()).conditions.find((each) => each.type === type));
const isReady = () => eventually(async () => expect(await conditionOf("Ready")).toMatchObject({ status: "True" }));
const last = (node: string) => present(present(agents.get(node)).states.at(-1));
const runsOn = (node: string): string[] =>
  last(node).state.networks.flatMap(({ workloads }) => workloads.map(({ id }) => id));

test("a deleted host is shown until it is left, its instances move first, and its agent is told to put away all", async () => {
  await harness.admin.apply(applyOf(shop()));
  await isReady();
  const [{ host } = { host: "" }] = (await statusOf()).instances;
  await harness.admin.delete({ kind: "Host", name: host });
  const shown = await harness.admin.get({ kind: "Host", name: host });
  expect(shown.status?.["conditions"]).toContainEqual(expect.objectContaining({ type: "Evacuated", status: "False" }));
  await eventually(async () =>
    expect(harness.admin.get({ kind: "Host", name: host })).rejects.toMatchObject({ code: "NW1501" }),
  );
  const { instances } = await statusOf();
  expect(instances.map((each) => each.host)).not.toContain(host);
  await isReady();
  await eventually(async () => expect(last(host).state.bgp.neighbors).toEqual([]));
  expect([last(host).state.networks, last(host).state.bgp.announce]).toEqual([[], []]);
  // Make before break: it never had less than all before others were ready.
  const states = present(agents.get(host)).states.map(({ state }) =>
    state.networks.flatMap(({ workloads }) => workloads),
  );
  expect(states.some((workloads) => workloads.length === 2)).toBe(true);
  const events = (await harness.admin.events({ for: `host/${host}` })).map(({ reason }) => reason);
  expect(events).toEqual(expect.arrayContaining(["Evacuating", "Evacuated", "Left"]));
  // Reports of it are no failure and change nothing.
  await present(agents.get(host)).say({ converged: true });
});

test("an agent that comes back after its host is gone finds the empty state, also when the server was restarted", async () => {
  present(agents.get("host3")).stop();
  await harness.admin.delete({ kind: "Host", name: "host3" });
  await eventually(async () =>
    expect(harness.admin.get({ kind: "Host", name: "host3" })).rejects.toMatchObject({ code: "NW1501" }),
  );
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
  harness = await startHarness({ store: store() });
  const again = startFakeAgent(harness.as(present(tokens.get("host3"))), "host3");
  agents.set("host3", again);
  const state = await eventually(async () => present(again.states.at(-1)));
  expect(state.state).toMatchObject({ node: "host3", networks: [], bgp: { announce: [], neighbors: [] } });
  expect(state.revision).toBeGreaterThan(1);
  await harness.admin.apply(applyOf(manifests));
  await eventually(async () => expect(last("host3").state.bgp.neighbors).toHaveLength(2));
  expect(last("host3").revision).toBeGreaterThan(state.revision);
});

test("a host that is not schedulable is empty after a while, and says so", async () => {
  await harness.admin.apply(applyOf(shop()));
  await isReady();
  const [{ host } = { host: "" }] = (await statusOf()).instances;
  const closed = manifests.replace(`{ name: ${host} }\nspec:`, `{ name: ${host} }\nspec:\n  schedulable: false`);
  await harness.admin.apply(applyOf(closed));
  await eventually(async () => expect(runsOn(host)).toEqual([]));
  await eventually(async () => {
    const { status } = await harness.admin.get({ kind: "Host", name: host });
    expect(status?.["conditions"]).toContainEqual(expect.objectContaining({ type: "Evacuated", status: "True" }));
  });
  await harness.admin.apply(applyOf(manifests));
  const { status } = await harness.admin.get({ kind: "Host", name: host });
  expect((present(status)["conditions"] as readonly Condition[]).map(({ type }) => type)).toEqual([
    "Ready",
    "Programmed",
  ]);
});

test("the agent of a deleted router is told to speak with nobody", async () => {
  const text = manifests
    .split("---")
    .filter((part) => !part.includes("{ name: edge2 }"))
    .join("---")
    .replace(/^.*router: edge2.*$/gm, "");
  const edge = { kind: "Router", name: "edge2" } as const;
  await harness.admin.apply(applyOf(text));
  await harness.admin.delete(edge);
  await eventually(async () => expect(last("edge2").state).toMatchObject({ role: "Router", bgp: { neighbors: [] } }));
  expect(last("host1").state.bgp.neighbors.map(({ name }) => name)).toEqual(["edge1"]);
});

test("a router that is told the address and has no route to it is named, when it is not only late", async () => {
  await harness.admin.apply(applyOf(shop()));
  await isReady();
  const vip = hostPrefix(parseIpv6(present((await statusOf()).addresses[0]).address));
  await present(agents.get("edge1")).say({ routes: [vip] });
  await present(agents.get("edge2")).say({ routes: [] });
  expect(await conditionOf("Announced")).toMatchObject({ status: "True" });
  await eventually(async () =>
    expect(await conditionOf("Announced")).toMatchObject({
      status: "False",
      reason: "RouteMissing",
      message: expect.stringMatching(/^edge2 has no route to 2001:db8:100::1\/128, which host\d announces to it$/),
    }),
  );
  expect(await conditionOf("Ready")).toMatchObject({ status: "False", reason: "RouteMissing" });
  await present(agents.get("edge2")).say({ routes: [vip] });
  await isReady();
});

test("where some routers are ours and some are not, an address that those of others are told counts as told", async () => {
  // Nothing goes upstream from ours: their provider is silent.
  for (const edge of ["edge1", "edge2"]) await present(agents.get(edge)).say({ announced: [] });
  await harness.admin.apply(applyOf(shop()));
  await eventually(async () => expect(await conditionOf("Announced")).toMatchObject({ reason: "NotUpstream" }));
  const foreign = manifests
    .replace(
      /{ name: edge2 }\nspec:\n {2}asn: 64510\n {2}routerId: 10.0.0.2\n {2}links:\n(.*\n)*?(?=\n)/,
      "{ name: edge2 }\nspec:\n  managed: false\n  asn: 64511\n",
    )
    .replace(/^.*router: edge2, localAddress: "fd00:0:0:2:e.*$/gm, "");
  await harness.admin.apply(applyOf(foreign));
  await eventually(async () => expect(await conditionOf("Announced")).toMatchObject({ status: "True" }));
});

test("the address of a service that is applied again is the one that resolvers still know", async () => {
  await harness.admin.apply(applyOf(shop()));
  await isReady();
  const first = (await statusOf()).addresses;
  await harness.admin.delete({ kind: "Service", name: "shop" });
  await harness.admin.apply(applyOf(shop().replaceAll("shop", "other")));
  await harness.admin.apply(applyOf(shop()));
  await isReady();
  expect((await statusOf()).addresses).toEqual(first);
  expect((await statusOf("other")).addresses).not.toEqual(first);
});

test("a store keeps what a deleted service was until it has drained", async () => {
  await harness.admin.apply(applyOf(shop()));
  await isReady();
  await harness.admin.delete({ kind: "Service", name: "shop" });
  expect(store().list("ledger/former/").records).toHaveLength(1);
  expect(store().list("certificate/").records).toHaveLength(1);
  await eventually(async () => expect(store().list("ledger/instance/").records).toEqual([]));
  await eventually(async () =>
    expect([...store().list("ledger/former/").records, ...store().list("certificate/").records]).toEqual([]),
  );
});
