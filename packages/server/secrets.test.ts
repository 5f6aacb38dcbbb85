/** Secrets from apply to the agent: what is told of them, what is stored, and who gets the values. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client, WireObject } from "@netwright/api";
import type { NetwrightError } from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import type { HostState, Store } from "@netwright/contract";
import { memoryStore } from "@netwright/store";
import { nodeFiles } from "@netwright/system";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAuthority } from "./ca/authority.ts";
import { loadKeys } from "./secrets/key-file.ts";
import { rotateKey } from "./secrets/rotate-key.ts";
import { Sealer } from "./secrets/sealer.ts";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { adminToken, applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes } from "./testing/manifests.ts";

const canary = /canary|Y2FuYX/;
const directory = mkdtempSync(join(tmpdir(), "netwright-secrets-"));
afterAll(() => rmSync(directory, { recursive: true }));

const secret = (spec: string, name = "db"): string =>
  `{ apiVersion: netwright.dev/v1alpha1, kind: Secret, metadata: { name: ${name} }, spec: ${spec} }`;

const user = (more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: worker }
spec:
  tiers:
    - name: main
      workload:
        image: host
        command: [work]
        port: 8080
        env: [{ name: PASSWORD, secret: { name: db, key: password } }]
        files: [{ path: /run/db, secret: { name: db }, mode: "0400" }]
        ${more}
`;

let harness: Harness;
let admin: Client;
let store: Store;
let agents: FakeAgent[];

beforeEach(async () => {
  store = memoryStore();
  harness = await startHarness({ store });
  admin = harness.admin;
  await admin.apply(applyOf(fabricManifests));
  agents = [];
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

/** Agents with tokens of their own: what an administrator reads has no values. */
async function startAgents(): Promise<void> {
  for (const node of nodes) {
    const { secret: token } = await admin.createToken({ name: node, role: "Node", node });
    agents.push(startFakeAgent(harness.as(token), node));
  }
}

const stateOf = async (instance: string): Promise<HostState> =>
  eventually(async () => {
    const found = agents.flatMap(({ states }) => states.at(-1)?.state ?? []);
    const state = found.find(({ networks }) =>
      networks.some(({ workloads }) => workloads.some(({ id }) => id === instance)),
    );
    if (state === undefined) throw new Error(`${instance} is nowhere`);
    return state;
  });

const failureOf = async (work: Promise<unknown>): Promise<NetwrightError> =>
  work.then(
    () => expect.unreachable("it was not refused"),
    (error: unknown) => error as NetwrightError,
  );

const read = async (path: string): Promise<string> =>
  (
    await harness.server.app.request(`http://server${path}`, { headers: { authorization: `Bearer ${adminToken}` } })
  ).text();

const sealedOf = ({ spec }: WireObject): Readonly<Record<string, { size: number; digest: string }>> =>
  (spec["sealed"] ?? {}) as never;
const getSecret = (name = "db"): Promise<WireObject> => admin.get({ kind: "Secret", name, project: "default" });

test("what is read back, stored, planned, told and kept as history has keys, sizes and digests, and no value", async () => {
  const first = await admin.apply(applyOf(secret("{ stringData: { password: canary-one, user: canary-user } }")));
  const second = await admin.apply(applyOf(secret("{ data: { password: Y2FuYXJ5LXR3bw== } }")));
  await admin.apply(applyOf(user()));
  const object = await getSecret();
  expect(sealedOf(object)).toEqual({
    password: { size: 10, digest: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
  });
  expect(second.plan.objects).toMatchObject([
    { change: "Update", fields: ["spec.sealed.password.digest", "spec.sealed.user"] },
  ]);
  const said = [first, second, object, await admin.changes(), await admin.change(2), await admin.change(3)];
  expect(JSON.stringify(said)).not.toMatch(canary);
  for (const path of ["events", "secrets", "services", "changes", "changes/3", "nodes/host1/state", "topology"])
    expect(await read(`/v1alpha1/${path}`)).not.toMatch(canary);
  const records = store
    .list("")
    .records.map(({ value }) => value)
    .join("\n");
  expect(records).toContain("nws1.");
  expect(records).not.toMatch(canary);
});

test("the host of an instance that needs it gets the value, and no other", async () => {
  await admin.apply(applyOf(secret("{ stringData: { password: canary, other: canary-other } }")));
  await admin.apply(applyOf(user().replace("files: [", "# files: [")));
  await startAgents();
  const state = await stateOf("worker-main-1");
  const { digest } = sealedOf(await getSecret())["password"] ?? { digest: "" };
  expect(state.secrets).toEqual([{ digest, value: Buffer.from("canary").toString("base64") }]);
  const [workload] = state.networks.flatMap(({ workloads }) => workloads);
  expect(workload?.run).toMatchObject({ env: [{ name: "PASSWORD", secret: { name: "db", key: "password", digest } }] });
  for (const { states } of agents)
    for (const each of states) if (each.state.node !== state.node) expect(JSON.stringify(each)).not.toMatch(canary);
});

test("another value replaces the instances, the same one does nothing, and undo brings back the old one", async () => {
  await admin.apply(applyOf([secret("{ stringData: { password: canary-one } }"), user()].join("\n---\n")));
  await startAgents();
  await stateOf("worker-main-1");
  const before = await getSecret();
  const same = await admin.apply(applyOf(secret("{ data: { password: Y2FuYXJ5LW9uZQ== } }")));
  expect(same).toMatchObject({ change: null });
  const other = await admin.apply(applyOf(secret("{ stringData: { password: canary-two } }")));
  expect(other.plan.placements).toMatchObject([{ instance: "worker-main-2" }]);
  expect((await stateOf("worker-main-2")).secrets?.map(({ value }) => value)).toContain("Y2FuYXJ5LXR3bw==");
  await eventually(async () => {
    const { items } = await admin.list("Instance");
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["worker-main-2"]);
  });
  expect(other.plan.replaced).toEqual([{ object: "service/worker", instance: "worker-main-1", by: "worker-main-2" }]);
  const { status } = await admin.get({ kind: "Service", name: "worker", project: "default" });
  const { rollouts } = await admin.change(other.change?.id ?? 0);
  expect(rollouts).toEqual([{ object: "service/worker", rollout: status?.["rollout"] }]);
  expect(rollouts[0]?.rollout).toMatchObject({
    took: expect.any(Number) as number,
    steps: [{ old: "worker-main-1", fresh: "worker-main-2", ready: expect.any(Number) as number, connections: 1 }],
  });
  expect((await admin.change((other.change?.id ?? 0) - 1)).rollouts).toEqual([]);
  await admin.undo(other.change?.id ?? 0);
  expect(sealedOf(await getSecret())).toEqual(sealedOf(before));
  const state = await stateOf("worker-main-3");
  expect(state.secrets?.map(({ value }) => value)).toContain("Y2FuYXJ5LW9uZQ==");
});

describe("what the server showed can be applied again", () => {
  test("and keeps the values; written ones win, missing ones go", async () => {
    await admin.apply(applyOf(secret("{ stringData: { a: canary, b: canary, c: canary } }")));
    const object = await getSecret();
    expect(await admin.apply({ objects: [{ object }] })).toMatchObject({ change: null });
    const { a, b } = sealedOf(object);
    const { resourceVersion: _, ...metadata } = object.metadata;
    await admin.apply({
      objects: [{ object: { ...object, metadata, spec: { sealed: { a, b }, stringData: { b: "new" } } } }],
    });
    const after = sealedOf(await getSecret());
    expect(after).toEqual({ a, b: { size: 3, digest: expect.not.stringMatching(b?.digest ?? "") as string } });
  });

  test("a digest of nothing here, or a box from somewhere, is refused", async () => {
    const sealer = new Sealer([{ id: "00000000", key: new Uint8Array(32) }], systemEntropy);
    const foreign = { apiVersion: "netwright.dev/v1alpha1", kind: "Secret", metadata: { name: "x" } };
    for (const sealed of [{ a: { size: 1, digest: "0".repeat(32) } }, { a: sealer.seal(Buffer.from("canary")) }]) {
      const failure = await failureOf(admin.apply({ objects: [{ object: { ...foreign, spec: { sealed } } }] }));
      expect(failure.diagnostics).toMatchObject([{ code: "NW1203", field: "spec.sealed.a" }]);
    }
  });
});

test("a secret that is used cannot be deleted, and a key that is used cannot go", async () => {
  await admin.apply(applyOf([secret("{ stringData: { password: canary } }"), user()].join("\n---\n")));
  const ref = { kind: "Secret", name: "db", project: "default" } as const;
  expect((await failureOf(admin.delete(ref))).code).toBe("NW1303");
  const failure = await failureOf(admin.apply(applyOf(secret("{ stringData: { user: canary } }"))));
  expect(failure.message).toBe('Secret db has no key "password"');
  expect(failure.diagnostics[0]?.hint).toBe("keys: user");
  await admin.delete({ kind: "Service", name: "worker", project: "default" });
  await admin.delete(ref);
});

test("names that are not there are told with what there is", async () => {
  await admin.apply(applyOf(secret("{ stringData: { tls.crt: canary } }")));
  const wrong = user("envFrom: [{ config: none }, { secret: db }]");
  const { diagnostics } = await failureOf(admin.apply(applyOf(wrong)));
  expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ["NW1301", 'Secret db has no key "password"'],
    ["NW1301", "there is no Config none in project default"],
    ["NW1205", "Secret db has keys that are no names of variables: tls.crt"],
  ]);
});

test("a config's values stand in what runs, for all keys, with a prefix, and as files", async () => {
  const config =
    "{ apiVersion: netwright.dev/v1alpha1, kind: Config, metadata: { name: app }, spec: { data: { A: one, B: two } } }";
  const service = `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: worker }
spec:
  tiers:
    - name: main
      workload:
        image: host
        command: [work]
        port: 8080
        env: [{ name: X_B, value: mine }, { name: C, config: { name: app, key: A } }]
        envFrom: [{ config: app, prefix: X_ }]
        files: [{ path: /srv/app, config: { name: app } }]
`;
  await admin.apply(applyOf([config, service].join("\n---\n")));
  await startAgents();
  const [workload] = (await stateOf("worker-main-1")).networks.flatMap(({ workloads }) => workloads);
  expect(workload?.run).toMatchObject({
    env: [
      { name: "X_A", value: "one" },
      { name: "X_B", value: "mine" },
      { name: "C", value: "one" },
    ],
    files: [
      { path: "/srv/app/A", content: Buffer.from("one").toString("base64") },
      { path: "/srv/app/B", content: Buffer.from("two").toString("base64") },
    ],
  });
});

describe("type TLS", () => {
  let pair: { readonly certificate: string; readonly key: string };
  let otherKey = "";
  beforeAll(async () => {
    const authority = await createAuthority(systemEntropy, systemClock);
    pair = await authority.issue({ hostnames: ["shop.example.net"] });
    otherKey = (await authority.issue({ hostnames: ["shop.example.net"] })).key;
  });
  const tls = (certificate: string, key: string): Parameters<Client["apply"]>[0] => ({
    objects: [
      {
        object: {
          apiVersion: "netwright.dev/v1alpha1",
          kind: "Secret",
          metadata: { name: "tls" },
          spec: { type: "TLS", stringData: { "tls.crt": certificate, "tls.key": key } },
        },
      },
    ],
  });
  test("takes a chain and its key", async () => {
    await admin.apply(tls(pair.certificate, pair.key));
    expect((await getSecret("tls")).spec["type"]).toBe("TLS");
  });
  test.each([
    ["a chain that is none", () => tls("canary", pair.key), "tls.crt"],
    ["a key that is none", () => tls(pair.certificate, "canary"), "tls.key"],
    ["a key of another certificate", () => tls(pair.certificate, otherKey), "tls.key"],
  ])("refuses %s, and quotes nothing", async (_, request, key) => {
    const failure = await failureOf(admin.apply(request()));
    expect(failure.diagnostics).toMatchObject([{ code: "NW1203", field: `spec.sealed["${key}"]` }]);
    expect(JSON.stringify(failure.diagnostics)).not.toMatch(canary);
  });
});

describe("the key", () => {
  const path = join(directory, "secrets.key");
  test("is made once, with mode 0600; is never made anew where secrets need the old one", async () => {
    const keys = await loadKeys(nodeFiles, path, systemEntropy, store);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await loadKeys(nodeFiles, path, systemEntropy, store)).toEqual(keys);
    await admin.apply(applyOf(secret("{ stringData: { a: canary } }")));
    await expect(loadKeys(nodeFiles, path, systemEntropy, store)).rejects.toMatchObject({ code: "NW1511" });
    rmSync(path);
    await expect(loadKeys(nodeFiles, path, systemEntropy, store)).rejects.toMatchObject({ code: "NW1511" });
    writeFileSync(path, "nonsense\n");
    await expect(loadKeys(nodeFiles, path, systemEntropy, store)).rejects.toMatchObject({ code: "NW1511" });
  });

  test("can be changed: everything is encrypted anew, digests stay, the old one opens nothing", async () => {
    writeFileSync(path, `nwk1 00000000 ${Buffer.alloc(32).toString("base64")}\n`);
    await admin.apply(applyOf(secret("{ stringData: { password: canary-one } }")));
    const change = await admin.apply(
      applyOf([secret("{ stringData: { password: canary-two } }"), user()].join("\n---\n")),
    );
    const before = sealedOf(await getSecret());
    await harness.stop();
    const { count } = await rotateKey(nodeFiles, path, systemEntropy, store);
    expect(count).toBeGreaterThan(3);
    expect(readFileSync(path, "utf8")).not.toContain("00000000");
    expect(
      store
        .list("")
        .records.map(({ value }) => value)
        .join(""),
    ).not.toContain("nws1.00000000");
    harness = await startHarness({ store, keys: await loadKeys(nodeFiles, path, systemEntropy, store) });
    admin = harness.admin;
    expect(sealedOf(await getSecret())).toEqual(before);
    await startAgents();
    expect((await stateOf("worker-main-1")).secrets?.map(({ value }) => value)).toEqual(["Y2FuYXJ5LXR3bw=="]);
    await admin.delete({ kind: "Service", name: "worker", project: "default" });
    await admin.undo((change.change?.id ?? 0) + 1);
  });
});
