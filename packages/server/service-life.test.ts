/** From apply to Ready and back to nothing, with agents that do what they are told. */
import type { Digest } from "@netwright/base";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Condition, ServiceStatus } from "@netwright/api";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes, shop } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

let harness: Harness;
let agents: Map<string, FakeAgent>;
let records: Map<string, string>;

beforeEach(async () => {
  records = new Map();
  harness = await startHarness({
    update: async (hostname, address) =>
      void (address === null ? records.delete(hostname) : records.set(hostname, address)),
  });
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

const service = { kind: "Service", name: "shop" } as const;
async function statusOf(): Promise<ServiceStatus> {
  return (await harness.admin.get(service)).status as unknown as ServiceStatus;
}
const condition = (status: ServiceStatus, type: string): Condition =>
  present(status.conditions.find((each) => each.type === type));

async function ready(generation: number): Promise<ServiceStatus> {
  return eventually(async () => {
    const status = await statusOf();
    expect(condition(status, "Ready")).toMatchObject({ status: "True", observedGeneration: generation });
    return status;
  });
}

test("apply leads to Ready: address, instances, announcements, record and stages", async () => {
  const answer = await harness.admin.apply(applyOf(shop(2)));
  expect(answer.change).toMatchObject({ id: 2, by: "admin", objects: [{ change: "Create", object: "service/shop" }] });
  expect(answer.plan.addresses).toEqual([{ object: "service/shop", address: "2001:db8:100::1", pool: "default" }]);
  const status = await ready(1);
  expect(status.conditions.map(({ type, status: verdict }) => `${type}=${verdict}`)).toEqual([
    "Accepted=True",
    "ResolvedRefs=True",
    "Placed=True",
    "Programmed=True",
    "Announced=True",
    "CertificateReady=True",
    "Ready=True",
  ]);
  expect(status.instances.map(({ id, phase }) => `${id} ${phase}`)).toEqual([
    "shop-lb-1 Ready",
    "shop-proxy-1 Ready",
    "shop-web-1 Ready",
    "shop-web-2 Ready",
  ]);
  expect(status.announcements.map(({ router }) => router)).toEqual(["edge1", "edge2"]);
  expect(records.get("shop.example.net")).toBe("2001:db8:100::1");
  await eventually(async () =>
    expect((await statusOf()).stages.map(({ stage }) => stage)).toEqual([
      "address",
      "placed",
      "proven",
      "firewall",
      "running",
      "announced",
      "ready",
    ]),
  );
  const events = await harness.admin.events({ for: "service/shop" });
  expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["Created", "Placed", "Ready"]));
});

test("an unchanged manifest changes nothing anywhere", async () => {
  await harness.admin.apply(applyOf(shop()));
  await ready(1);
  await eventually(async () => expect(harness.store.list("ledger/").records.length).toBeGreaterThan(0));
  const [revision, counts] = [harness.store.revision(), [...agents.values()].map(({ states }) => states.length)];
  const answer = await harness.admin.apply(applyOf(shop()));
  expect(answer.change).toBeNull();
  expect(answer.plan).toMatchObject({ nodes: [], flows: [], placements: [], addresses: [] });
  expect(harness.store.revision()).toBe(revision);
  expect([...agents.values()].map(({ states }) => states.length)).toEqual(counts);
});

test("scale, history and undo", async () => {
  await harness.admin.apply(applyOf(shop()));
  await ready(1);
  const scaled = await harness.admin.scale({ service: "shop", tiers: { web: 3, lb: 2 } });
  expect(scaled.plan.placements.map(({ instance }) => instance).toSorted()).toEqual([
    "shop-lb-2",
    "shop-web-2",
    "shop-web-3",
  ]);
  const grown = await ready(2);
  expect(grown.instances.filter(({ tier }) => tier === "web").map(({ phase }) => phase)).toEqual([
    "Ready",
    "Ready",
    "Ready",
  ]);
  expect(new Set(grown.instances.filter(({ tier }) => tier === "web").map(({ host }) => host)).size).toBe(3);

  const dry = await harness.admin.undo(present(scaled.change).id, { dryRun: true });
  expect([dry.change, (await harness.admin.changes())[0]?.id]).toEqual([null, present(scaled.change).id]);
  const undone = await harness.admin.undo(present(scaled.change).id);
  expect(undone.change).toMatchObject({ undoes: present(scaled.change).id });
  await ready(3);
  await eventually(
    async () => expect((await statusOf()).instances.map(({ tier }) => tier)).toEqual(["lb", "proxy", "web"]),
    20_000,
  );
  await expect(harness.admin.undo(present(scaled.change).id)).rejects.toMatchObject({ code: "NW1502" });
  expect((await harness.admin.changes()).map(({ message }) => message)).toEqual([
    `undo change ${present(scaled.change).id}`,
    "scale service/shop web=3 lb=2",
    "",
    "",
  ]);
  const whole = await harness.admin.change(present(scaled.change).id);
  expect(whole.objects[0]).toMatchObject({
    change: "Update",
    before: { spec: { tiers: [{ replicas: 1 }] } },
    after: {
      spec: {
        tiers: [
          { name: "lb", replicas: 2 },
          { name: "web", replicas: 3 },
        ],
      },
    },
  });
  await expect(harness.admin.scale({ service: "shop", tiers: { db: 1 } })).rejects.toMatchObject({ code: "NW1501" });
});

test("delete leaves nothing but resting addresses and counters, and takes the record out", async () => {
  const before = harness.store.list("ledger/").records.map(({ key }) => key);
  await harness.admin.apply(applyOf(shop(3)));
  await ready(1);
  await harness.admin.delete(service);
  await expect(harness.admin.get(service)).rejects.toMatchObject({ code: "NW1501" });
  await eventually(async () => {
    const left = harness.store.list("ledger/").records.map(({ key }) => key.slice("ledger/".length));
    expect(left.filter((key) => !key.startsWith("counter/") && !key.startsWith("resting/"))).toEqual(before);
    expect(records.size).toBe(0);
    expect(["certificate/", "dns/", "object/Service/"].flatMap((prefix) => harness.store.list(prefix).records)).toEqual(
      [],
    );
  });
  expect((await harness.admin.list("Instance")).items).toEqual([]);
  expect((await harness.admin.list("Network")).items).toEqual([]);
  const last = present(present(agents.get("host1")).states.at(-1)).state;
  expect([last.networks, last.bgp.announce]).toEqual([[], []]);
});

test("what others use cannot be deleted", async () => {
  await harness.admin.apply(applyOf(shop()));
  await expect(harness.admin.delete({ kind: "AddressPool", name: "default" })).rejects.toMatchObject({
    code: "NW1303",
    message: expect.stringContaining("service/shop"),
  });
  await expect(harness.admin.delete({ kind: "Router", name: "edge1" })).rejects.toMatchObject({ code: "NW1303" });
});

test("a refused apply writes nothing, whatever else is in it", async () => {
  const revision = harness.store.revision();
  const other = shop().replaceAll("shop", "other").replace("network: web", "network: web\n  pool: nowhere");
  await expect(harness.admin.apply(applyOf(`${shop()}\n---\n${other}`))).rejects.toMatchObject({
    code: "NW1301",
    diagnostics: [
      expect.objectContaining({ subject: "service/other", source: expect.objectContaining({ file: "test.yaml" }) }),
    ],
  });
  await expect(harness.admin.apply(applyOf(shop(9999)))).rejects.toMatchObject({ code: "NW1402" });
  expect(harness.store.revision()).toBe(revision);
  const dry = await harness.admin.apply(applyOf(shop()), { dryRun: true });
  expect([dry.change, dry.plan.objects[0]?.change, harness.store.revision()]).toEqual([null, "Create", revision]);
});

test("prune deletes what an earlier prune made and nothing else", async () => {
  await harness.admin.apply(applyOf(shop().replaceAll("shop", "kept")));
  await harness.admin.apply(applyOf(`${shop()}\n---\n${shop().replaceAll("shop", "other")}`, { prune: true }));
  const answer = await harness.admin.apply(applyOf(shop(), { prune: true }));
  expect(answer.change?.objects).toEqual([{ change: "Delete", object: "service/other", fields: [] }]);
  expect((await harness.admin.list("Service")).items.map(({ metadata }) => metadata.name)).toEqual(["kept", "shop"]);
});

test("concurrent applies are done one after the other, each whole", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
  const answers = await Promise.all(names.map((name) => harness.admin.apply(applyOf(shop().replaceAll("shop", name)))));
  expect(answers.map(({ change }) => present(change).id).toSorted((a, b) => a - b)).toEqual(
    names.map((_, index) => index + 2),
  );
  const addresses = answers.flatMap(({ plan }) => plan.addresses.map(({ address }) => address));
  expect(new Set(addresses).size).toBe(12);
  const current = await harness.admin.get({ kind: "Service", name: "s0" });
  const stale = applyOf(shop(2).replaceAll("shop", "s0").replace("{ name: s0 }", `{ name: s0, resourceVersion: "1" }`));
  await expect(harness.admin.apply(stale)).rejects.toMatchObject({ code: "NW1502" });
  expect(await harness.admin.get({ kind: "Service", name: "s0" })).toMatchObject({
    metadata: { generation: 1, uid: current.metadata["uid"] },
  });
});

test("an instance that fails is no member any more and the service says why", async () => {
  await harness.admin.apply(applyOf(shop()));
  const { instances } = await ready(1);
  const web = present(instances.find(({ tier }) => tier === "web"));
  const agent = present(agents.get(web.host));
  const failed = {
    project: "default",
    id: web.id,
    phase: "Failed",
    reason: "Exited",
    message: "exit status 1",
    pid: null,
    startedAt: null,
    restarts: 3,
    connections: null,
  } as const;
  await agent.say({ instances: [failed] });
  await eventually(async () => {
    const status = await statusOf();
    expect(condition(status, "Ready")).toMatchObject({ status: "False", reason: "NoMember" });
    expect(status.instances.find(({ id }) => id === web.id)).toMatchObject({
      phase: "Failed",
      message: "exit status 1",
    });
  });
  const events = await harness.admin.events({ for: "service/shop" });
  expect(events).toContainEqual(expect.objectContaining({ type: "Warning", reason: "NotReady" }));
});

test("an image: looked up by one host, told to all, with a condition, a digest and a stage of its own", async () => {
  const image = "registry.example.net/shop:1";
  const digest = `sha256:${"a".repeat(64)}` as Digest;
  const report = {
    name: image,
    digest,
    resolved: true,
    phase: "Pulling",
    code: null,
    message: "fetched 1 MiB of 9 MiB",
    hint: null,
  } as const;
  await harness.admin.apply(applyOf(shop(2).replace('"host", command: [/bin/web]', `"${image}"`)));
  const agentsOf = async (): Promise<readonly FakeAgent[]> => {
    const { instances } = await statusOf();
    const hosts = new Set(instances.filter(({ tier }) => tier === "web").map(({ host }) => host));
    return [...hosts].map((host) => present(agents.get(host)));
  };
  await eventually(async () => expect((await statusOf()).instances.length).toBeGreaterThan(1));
  const [first] = await agentsOf();
  await present(first).say({ images: [report] });
  await eventually(async () => {
    const status = await statusOf();
    expect(status.images).toEqual([{ tier: "web", image, digest }]);
    expect(condition(status, "Pulled")).toMatchObject({ status: "False", reason: "Pulling" });
  });
  const runs = (agent: FakeAgent) =>
    present(agent.states.at(-1)).state.networks.flatMap(({ workloads }) =>
      workloads.flatMap(({ run }) => (run.kind === "Container" ? [run.digest] : [])),
    );
  for (const agent of await agentsOf()) await eventually(async () => expect(runs(agent)).toEqual([digest]));
  const gone = {
    ...report,
    resolved: false,
    phase: "Failed",
    code: "NW1608",
    message: "the registry cannot be reached",
    hint: "look there",
  } as const;
  await present(first).say({ images: [gone] });
  await eventually(async () => {
    const pulled = condition(await statusOf(), "Pulled");
    expect(pulled).toMatchObject({ status: "False", reason: "RegistryUnreachable" });
    expect(pulled.message).toContain("NW1608: the registry cannot be reached; hint: look there");
  });
  for (const agent of await agentsOf()) await agent.say({ images: [{ ...report, resolved: false, phase: "Ready" }] });
  const status = await ready(1);
  expect(condition(status, "Pulled")).toMatchObject({ status: "True", message: `${image} is ${digest}` });
  expect(status.stages.map(({ stage }) => stage)).toEqual([
    "address",
    "placed",
    "proven",
    "firewall",
    "pulled",
    "running",
    "announced",
    "ready",
  ]);
});
