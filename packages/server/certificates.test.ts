/** Certificates of an ACME issuer, from apply to served and renewed, with agents that do what they are told. */
import { X509Certificate } from "node:crypto";
import type { Condition, ServiceStatus } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { HostState, ProxyRun } from "@netwright/contract";
import { memoryStore } from "@netwright/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeAuthority, type FakeAuthority } from "./testing/fake-authority.ts";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { adminToken, applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes, shop } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

let kept: ReturnType<typeof memoryStore>;
let authority: FakeAuthority;
let harness: Harness;
let agents: Map<string, FakeAgent>;

async function start(): Promise<void> {
  harness = await startHarness({ store: kept, acmeTransport: authority.transport, update: async () => {} });
  agents = new Map();
}

async function meetAgents(): Promise<void> {
  for (const node of nodes) {
    const { secret } = await harness.admin.createToken({ name: `agent-${node}`, role: "Node", node });
    agents.set(node, startFakeAgent(harness.as(secret), node));
  }
}

beforeEach(async () => {
  kept = memoryStore();
  authority = await fakeAuthority();
  authority.moods.look = answerOfProxies;
  await start();
  await harness.admin.apply(applyOf(fabricManifests));
  await meetAgents();
});

afterEach(async () => {
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
});

const issuer = (more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: CertificateIssuer
metadata: { name: default }
spec: { acme: { directory: "${authority.directory}", termsOfServiceAgreed: true, contact: [ops@example.net]${more} } }
`;

const lastStates = (): readonly HostState[] => [...agents.values()].flatMap(({ states }) => states.at(-1)?.state ?? []);

const proxies = (states = lastStates()): readonly ProxyRun[] =>
  states.flatMap(({ networks }) =>
    networks.flatMap(({ workloads }) => workloads.flatMap(({ run }) => (run.kind === "Proxy" ? [run] : []))),
  );

/** What hosts were given of the first certificate of the first proxy. */
function servedPem(states = lastStates()): string {
  const digest = proxies(states)[0]?.certificates[0]?.digest;
  const found = states.flatMap(({ secrets = [] }) => secrets).find((each) => each.digest === digest);
  return Buffer.from(found?.value ?? "", "base64").toString();
}

/** All of them, as an authority may meet any. */
function answerOfProxies(_hostname: string, token: string): string | undefined {
  const answers = proxies().map(({ challenges = [] }) => challenges.find((each) => each.token === token)?.answer);
  return new Set(answers).size === 1 ? answers[0] : undefined;
}

async function statusOf(name = "shop"): Promise<ServiceStatus> {
  return (await harness.admin.get({ kind: "Service", name })).status as unknown as ServiceStatus;
}

const condition = async (type: string): Promise<Condition> =>
  present((await statusOf()).conditions.find((each) => each.type === type));

const certified = (want: Partial<Condition>): Promise<Condition> =>
  eventually(async () => {
    const found = await condition("CertificateReady");
    expect(found).toMatchObject(want);
    return found;
  });

const orderPaths = (): readonly string[] => authority.asked.filter((path) => path === "/new-order");

test("an issuer has an account; a service has a certificate from it, which its proxies serve; nothing is left over", async () => {
  authority.moods.refuseNonces = true;
  authority.moods.patience = 1;
  await harness.admin.apply(applyOf(issuer()));
  await eventually(async () => {
    const { status } = await harness.admin.get({ kind: "CertificateIssuer", name: "default" });
    expect(status).toMatchObject({
      account: "https://ca.test/account/1",
      conditions: [{ type: "Ready", status: "True" }],
    });
  });
  expect([...authority.accounts.values()]).toMatchObject([{ contact: ["mailto:ops@example.net"] }]);
  await harness.admin.apply(applyOf(shop(2)));
  await certified({ status: "True", reason: "Issued" });
  await eventually(async () => expect(await condition("Ready")).toMatchObject({ status: "True" }));
  const [run] = proxies();
  expect(run?.challenges).toBeUndefined();
  const certificate = new X509Certificate(servedPem());
  expect(certificate.subjectAltName).toBe("DNS:shop.example.net");
  const [shown] = (await statusOf()).certificates ?? [];
  expect(shown).toMatchObject({ hostname: "shop.example.net", issuer: "default" });
  expect(Date.parse(shown?.notAfter ?? "")).toBe(Date.parse(certificate.validTo));
  expect(orderPaths()).toHaveLength(1);
  expect(kept.list("acme-order/").records).toEqual([]);
});

test("until there is a certificate port 443 is not served, and the service is not Ready and says why", async () => {
  authority.moods.down = true;
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  await certified({ status: "False", reason: "AuthorityUnreachable" });
  expect(await condition("Ready")).toMatchObject({ status: "False", reason: "NoCertificate" });
  expect(proxies().flatMap(({ listeners }) => listeners)).toMatchObject([{ kind: "Redirect", port: 80 }]);
  const { status } = await harness.admin.get({ kind: "CertificateIssuer", name: "default" });
  expect(status).toMatchObject({ conditions: [{ status: "False", reason: "AuthorityUnreachable" }] });
});

test("a certificate of the built-in authority stays until that of the issuer is there", async () => {
  await harness.admin.apply(applyOf(shop()));
  await certified({ status: "True", reason: "Issued" });
  authority.moods.look = () => undefined;
  await harness.admin.apply(applyOf(issuer()));
  await certified({ status: "True", reason: "ChallengeFailed" });
  expect(servedPem()).toBe("certificate of shop.example.net\n");
  expect((await statusOf()).certificates).toMatchObject([{ issuer: "" }]);
});

test("what the authority says stands in the condition, and it is not asked again at once", async () => {
  authority.moods.look = () => "nonsense";
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  const { message } = await certified({ status: "False", reason: "ChallengeFailed" });
  expect(message).toMatch(
    /^shop.example.net: the authority says: .* gave something else \(unauthorized\); tried again after /,
  );
  const asked = authority.asked.length;
  // A round happens whenever somebody applies something.
  await harness.admin.apply(applyOf(shop(2)));
  await certified({ status: "False", reason: "ChallengeFailed" });
  expect(authority.asked.length).toBe(asked);
  expect(orderPaths()).toHaveLength(1);
  // Who changes the issuer has done something about it.
  authority.moods.look = answerOfProxies;
  await harness.admin.apply(applyOf(issuer().replace("ops@", "new@")));
  await certified({ status: "True", reason: "Issued" });
});

test("a rate limit is kept to the second", async () => {
  const problem = { type: "urn:ietf:params:acme:error:rateLimited", detail: "too many certificates already issued" };
  authority.moods.refuse.push({ path: "/new-order", status: 429, problem, retryAfter: "86400" });
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  const { message } = await certified({ status: "False", reason: "RateLimited" });
  const again = Date.parse(/after (\S+)$/.exec(message)?.[1] ?? "");
  expect(again - Date.now()).toBeGreaterThan(86_000_000);
});

test("an order that was begun is taken up after a restart, not made again", async () => {
  authority.moods.patience = Infinity;
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  await eventually(async () => expect(authority.orders).toMatchObject([{ challenge: "processing" }]));
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
  authority.moods.patience = 0;
  authority.moods.look = () => undefined;
  // Judged good while nobody was there.
  for (const order of authority.orders) Object.assign(order, { challenge: "valid", status: "ready" });
  await start();
  await meetAgents();
  await certified({ status: "True", reason: "Issued" });
  expect(orderPaths()).toHaveLength(1);
  expect(authority.accounts.size).toBe(1);
});

test("an account is bound to one that the authority gave out; the key comes from a Secret and goes no further", async () => {
  const secret = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
  authority.moods.externalAccount = { keyId: "kid-1", secret };
  const key = (value: string): string =>
    `{ apiVersion: netwright.dev/v1alpha1, kind: Secret, metadata: { name: eab }, spec: { stringData: { hmac: "${value}" } } }`;
  const bound = issuer(", externalAccountBinding: { keyId: kid-1, secretRef: { name: eab, key: hmac } }");
  const isReady = (want: object): Promise<void> =>
    eventually(async () => {
      const { status } = await harness.admin.get({ kind: "CertificateIssuer", name: "default" });
      expect(status).toMatchObject({ conditions: [{ type: "Ready", ...want }] });
    });
  await expect(harness.admin.apply(applyOf(bound))).rejects.toMatchObject({
    code: "NW1301",
    message: "there is no Secret eab in project default",
  });
  await harness.admin.apply(applyOf(issuer()));
  await isReady({ status: "False", reason: "AccountRefused" });
  await harness.admin.apply(applyOf([key("no base64!"), bound].join("\n---\n")));
  await isReady({
    status: "False",
    message: expect.stringContaining("hmac of Secret eab is not the key that the authority gave out") as string,
  });
  await harness.admin.apply(applyOf(key(Buffer.from("another key, long enough").toString("base64url"))));
  await isReady({ status: "False", message: expect.stringContaining("the binding is wrong") as string });
  // Another value of the Secret is tried at once.
  await harness.admin.apply(applyOf(key(secret)));
  await isReady({ status: "True" });
  expect(authority.accounts.size).toBe(1);
  await expect(harness.admin.delete({ kind: "Secret", name: "eab", project: "default" })).rejects.toMatchObject({
    code: "NW1303",
  });
  expect(JSON.stringify(kept.list("").records)).not.toContain(secret.slice(0, 20));
});

test("an authority that has forgotten the account gets another one of the same key", async () => {
  await harness.admin.apply(applyOf(issuer()));
  await eventually(async () => expect(authority.accounts.size).toBe(1));
  authority.forgetAccounts();
  await harness.admin.apply(applyOf(shop()));
  await certified({ status: "True", reason: "Issued" });
});

test("it is renewed in the window that the authority proposes, as what replaces the one before", async () => {
  const now = Date.now();
  authority.moods.days = 0.002;
  authority.moods.window = { start: now - 2000, end: now - 1000 } as { start: Instant; end: Instant };
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  await eventually(async () => expect(authority.orders.length).toBeGreaterThanOrEqual(2));
  expect(Date.now() - now).toBeGreaterThan(2000);
  authority.moods.window = { start: now + 1e9, end: now + 2e9 } as { start: Instant; end: Instant };
  expect(authority.orders[0]?.replaces).toBeUndefined();
  expect(authority.orders[1]?.replaces).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
  await certified({ status: "True", reason: "Issued" });
});

test("one that has ended says what keeps the next one away, also where that is the account", async () => {
  authority.moods.days = 0.00004;
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  await certified({ status: "True", reason: "Issued" });
  authority.forgetAccounts();
  authority.moods.externalAccount = { keyId: "kid-1", secret: "never told" };
  const { message } = await certified({ status: "False", reason: "Expired" });
  expect(message).toMatch(
    /^shop.example.net: expired at \S+; the authority only takes accounts that are bound .*; tried again after \S+Z$/,
  );
});

test("what keeps an issuer from an account is told of its services without anything else that happens", async () => {
  for (const agent of agents.values()) agent.stop();
  authority.moods.externalAccount = { keyId: "kid-1", secret: "never told" };
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  const told = async () => expect(await condition("CertificateReady")).toMatchObject({ reason: "AccountRefused" });
  // Long before nodes are taken for silent.
  await eventually(told, 20_000);
});

test("a name that is given up while it is asked for leaves nothing", async () => {
  authority.moods.patience = Infinity;
  await harness.admin.apply(applyOf(`${issuer()}---${shop()}`));
  await eventually(async () => expect(authority.orders).toMatchObject([{ challenge: "processing" }]));
  await harness.admin.apply(applyOf(shop().replaceAll("shop.example.net", "new.example.net")));
  await eventually(async () => {
    expect(kept.list("acme-order/").records.map(({ key }) => key)).toEqual(["acme-order/new.example.net"]);
    expect(proxies().flatMap(({ challenges = [] }) => challenges)).toHaveLength(1);
  });
});

test("private keys are in no object, plan or metric, and encrypted in the store", async () => {
  await harness.admin.apply(applyOf(issuer()));
  const plan = await harness.admin.apply(applyOf(shop()));
  await certified({ status: "True" });
  // Of the second line: what the first begins with is the same for all keys of its kind.
  const canary = /PRIVATE KEY-----\n.{64}\n(.{24})/.exec(servedPem())?.[1] ?? "";
  expect(canary).toHaveLength(24);
  const states = await Promise.all(nodes.map((node) => harness.admin.nodes.state(node)));
  const objects = [await harness.admin.get({ kind: "CertificateIssuer", name: "default" }), await statusOf()];
  const headers = { authorization: `Bearer ${adminToken}` };
  const metrics = await (await harness.server.app.request("http://server/metrics", { headers })).text();
  expect(metrics).toMatch(/netwright_server_certificate_expiry_timestamp_seconds\{.*issuer="default"\} 1\d{9}\n/);
  const told = JSON.stringify([plan, objects, metrics, states]);
  const records = JSON.stringify(kept.list("").records);
  expect(records).toContain("certificate/shop.example.net");
  // At each of the three offsets that base64 may have.
  const inBase64 = [0, 1, 2].map((skip) =>
    Buffer.from("x".repeat(skip) + canary)
      .toString("base64")
      .slice(skip === 0 ? 0 : 4, -4),
  );
  expect(JSON.stringify(lastStates())).toMatch(new RegExp(inBase64.join("|")));
  for (const trace of [canary, ...inBase64, "PRIVATE KEY"]) {
    expect(told).not.toContain(trace);
    expect(records).not.toContain(trace);
  }
});
