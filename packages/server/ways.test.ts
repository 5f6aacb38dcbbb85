/** A tier that comes between two others, seen from outside: what is waited for, over a restart too, and that it is switched. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Condition, ServiceStatus } from "@netwright/api";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes, shop } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

let harness: Harness;
let agents: Map<string, FakeAgent>;

beforeEach(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(fabricManifests));
  agents = new Map();
  for (const node of nodes) {
    const { secret } = await harness.admin.createToken({ name: `agent-${node}`, role: "Node", node });
    agents.set(node, startFakeAgent(harness.as(secret), node));
  }
});

afterEach(async () => {
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
});

const between = `    - name: between
      workload: { image: "host", command: [/bin/between], port: 8081 }
`;
const both = shop().replace("    - name: web", `${between}    - name: web`);

const conditionOf = async (type: string): Promise<Condition> => {
  const { status } = await harness.admin.get({ kind: "Service", name: "shop" });
  return present((status as unknown as ServiceStatus).conditions.find((each) => each.type === type));
};
const trace = () => harness.admin.trace({ destination: "2001:db8:100::1", port: 443, source: "2001:db8:f::2" });
const lastHop = async (): Promise<string | undefined> => (await trace()).hops.at(-1)?.place;
const isProgrammed = () =>
  eventually(async () => expect(await conditionOf("Programmed")).toMatchObject({ status: "True" }));

test("rules that a host cannot load hold the switch up, which says so, until they are there", async () => {
  await harness.admin.apply(applyOf(shop()));
  await eventually(async () => expect((await trace()).verdict).toBe("Delivered"));
  await isProgrammed();
  const host1 = present(agents.get("host1"));
  const ready = await conditionOf("Ready");
  await host1.say({ problems: [{ slot: "firewall", code: "NW1601", message: "nft is not there" }] });
  await harness.admin.apply(applyOf(both));
  const what = "proxy leads to web until between can take over: its rules come into force";
  await eventually(async () =>
    expect(await conditionOf("Programmed")).toMatchObject({ status: "False", reason: "Switching", message: what }),
  );
  const { verdict, reason } = await trace();
  expect([verdict, await lastHop()]).toEqual(["Delivered", "shop-web-1"]);
  expect(reason).toMatch(new RegExp(`receives it; ${what}$`));
  // What is served is served by what was there: no new generation, and no moment without.
  expect(await conditionOf("Ready")).toEqual(ready);

  // Of another slot than those that let packets pass.
  await host1.say({ problems: [{ slot: "volumes", code: "NW1601", message: "no room" }] });
  await eventually(async () => expect(await lastHop()).toBe("shop-between-1"));
  await isProgrammed();
  expect((await harness.admin.events({ for: "service/shop" })).map(({ message }) => message)).toContain(
    "shop-proxy: proxy leads to between, no longer to web",
  );
});
