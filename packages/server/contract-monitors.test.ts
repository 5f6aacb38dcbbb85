/** Clauses with `monitor`: a condition and events follow what real connections meet. */
import type { Client, Condition } from "@netwright/api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeAgent, type FakeAgent, type Meeting } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, shop } from "./testing/manifests.ts";

let harness: Harness;
let admin: Client;
let agents: readonly FakeAgent[];
/** What every connection meets now. */
let meeting: Meeting;
/** `SOURCE PROTOCOL/PORT`, of all that was tried. */
let tried: Set<string>;

const nodes = ["host1", "host2", "host3", "edge1", "edge2"];

beforeEach(async () => {
  harness = await startHarness();
  ({ admin } = harness);
  await admin.apply(applyOf(fabricManifests));
  await admin.apply(applyOf(shop()));
  meeting = asProved;
  tried = new Set();
  const clients = await Promise.all(
    nodes.map(async (node) => ({
      node,
      client: harness.as((await admin.createToken({ name: node, role: "Node", node })).secret),
    })),
  );
  agents = clients.map(({ client, node }) => {
    const agent = startFakeAgent(client, node);
    agent.meet((from, probe) => {
      tried.add(`${from?.instance ?? node} ${probe.protocol}/${probe.port}`);
      return meeting(from, probe);
    });
    return agent;
  });
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

/** The internet reaches the shop, and nobody reaches a web server but proxies. */
const asProved: Meeting = (from, { port }) =>
  from === null
    ? port === 443
      ? "Connected"
      : "Silent"
    : from.instance.startsWith("shop-proxy")
      ? "Connected"
      : "Silent";

const contract = `
apiVersion: netwright.dev/v1alpha1
kind: Contract
metadata: { name: site }
spec:
  ensures:
    - { name: hidden, from: internet, cannotReach: { service: shop, tier: web }, monitor: { every: 1s } }
    - { name: unwatched, from: internet, cannotReach: { service: shop, tier: web }, protocol: UDP }
  invariants:
    - { name: public, from: internet, canReach: { service: shop }, ports: [443], monitor: { every: 1s } }
`;

const holds = async (kind: "Contract" | "Service" = "Contract", name = "site"): Promise<Condition | undefined> =>
  ((await admin.get({ kind, name })).status as { conditions: readonly Condition[] } | undefined)?.conditions.find(
    ({ type }) => type === "ContractHolds",
  );
/** Once it is so. */
const seen = (wanted: Partial<Condition>): Promise<Condition | undefined> =>
  eventually(async () => {
    const found = await holds();
    expect(found).toMatchObject(wanted);
    return found;
  });
const told = async (): Promise<readonly string[]> =>
  (await admin.events({ for: "contract/site" })).map(({ type, reason }) => `${type} ${reason}`);

test("a violation flips the condition and is told, and so is its end", async () => {
  await admin.apply(applyOf(contract));
  await seen({ status: "True", reason: "Holds", message: "2 clauses are watched" });
  expect([...tried].filter((each) => each.startsWith("edge1")).toSorted()).toEqual([
    "edge1 icmp/0",
    "edge1 tcp/443",
    "edge1 tcp/8080",
    "edge1 udp/8080",
  ]);
  meeting = () => "Connected";
  await seen({
    status: "False",
    reason: "Violated",
    message: expect.stringMatching(/^hidden: internet reaches shop-web-1 at /),
  });
  meeting = (_from, { port }) => (port === 443 ? "Unreachable" : "Silent");
  await seen({ status: "False", message: expect.stringMatching(/^public: internet does not reach shop at /) });
  meeting = asProved;
  await seen({ status: "True" });
  expect((await told()).slice(-3)).toEqual([
    "Normal ContractHolds",
    "Warning NotContractHolds",
    "Normal ContractHolds",
  ]);
});

test("what nobody can try is neither fulfilled nor broken", async () => {
  meeting = () => "Failed";
  await admin.apply(applyOf(contract));
  expect(await seen({ status: "Unknown", reason: "NotSeen" })).toMatchObject({
    message: expect.stringContaining("could not try it"),
  });
});

test("a clause that is no longer watched has no condition", async () => {
  await admin.apply(applyOf(contract));
  await seen({ status: "True" });
  await admin.apply(applyOf(contract.replaceAll(", monitor: { every: 1s }", "")));
  await eventually(async () => expect(await holds()).toBeUndefined());
});

test("of a Service, beside its own conditions", async () => {
  const own = "spec:\n  contract: { ensures: [{ onlyFrom: proxy, reaches: web, monitor: { every: 1s } }] }";
  await admin.apply(applyOf(shop().replace(/^spec:/m, own)));
  await eventually(async () =>
    expect(await holds("Service", "shop")).toMatchObject({ status: "True", message: "1 clause is watched" }),
  );
  const conditions = (await admin.get({ kind: "Service", name: "shop" })).status?.["conditions"] as Condition[];
  expect(conditions.map(({ type }) => type).slice(-2)).toEqual(["Ready", "ContractHolds"]);
});
