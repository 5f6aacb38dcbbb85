/** Certificates that users bring themselves: from apply to what proxies are given, swapped, and what is said of bad ones. */
import { X509Certificate } from "node:crypto";
import type { Client, Condition, ServiceStatus } from "@netwright/api";
import type { NetwrightError } from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import type { HostState } from "@netwright/contract";
import { memoryStore } from "@netwright/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAuthority, type IssuedCertificate } from "./ca/authority.ts";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { adminToken, applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes } from "./testing/manifests.ts";

let store: ReturnType<typeof memoryStore>;
let harness: Harness;
let admin: Client;
let agents: FakeAgent[];

const authority = await createAuthority(systemEntropy, systemClock);
const pairFor = (...hostnames: readonly string[]): Promise<IssuedCertificate> => authority.issue({ hostnames });

type Applied = Parameters<Client["apply"]>[0]["objects"][number];

const secretOf = (
  { certificate, key }: Pick<IssuedCertificate, "certificate" | "key">,
  name = "shop-tls",
): Applied => ({
  object: {
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Secret",
    metadata: { name },
    spec: { stringData: { "tls.crt": certificate, "tls.key": key } },
  },
});

const service = (listener = "certificateRef: { name: shop-tls }", project = ""): readonly Applied[] =>
  applyOf(`
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop${project} }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: HTTPS, ${listener} }]
  tiers: [{ name: web, workload: { image: host, command: [web], port: 8080 } }]
`).objects;

const applying = (...objects: readonly Applied[]): ReturnType<Client["apply"]> =>
  admin.apply({ objects: [...objects] });
const failureOf = (promise: Promise<unknown>): Promise<NetwrightError> =>
  promise.then(
    () => {
      throw new Error("it should have been refused");
    },
    (failure: unknown) => failure as NetwrightError,
  );

beforeEach(async () => {
  store = memoryStore();
  harness = await startHarness({ store });
  admin = harness.admin;
  await admin.apply(applyOf(fabricManifests));
  agents = await Promise.all(
    nodes.map(async (node) =>
      startFakeAgent(harness.as((await admin.createToken({ name: node, role: "Node", node })).secret), node),
    ),
  );
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

/** What the host of the proxy was given for it. */
function servedPem(): string {
  for (const { states } of agents) {
    const state = states.at(-1)?.state;
    const runs = (state?.networks ?? []).flatMap(({ workloads }) => workloads.map(({ run }) => run));
    const digest = runs.flatMap((run) => (run.kind === "Proxy" ? run.certificates : []))[0]?.digest;
    const value = state?.secrets?.find((each) => each.digest === digest)?.value;
    if (value !== undefined) return Buffer.from(value, "base64").toString();
  }
  return "";
}

const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber;
const statusOf = async (): Promise<ServiceStatus> =>
  (await admin.get({ kind: "Service", name: "shop" })).status as unknown as ServiceStatus;
const certificateReady = async (): Promise<Condition | undefined> =>
  (await statusOf()).conditions.find(({ type }) => type === "CertificateReady");

test("its pair is served, shown as from its Secret, and the next one takes its place", async () => {
  const [first, second] = [await pairFor("shop.example.net"), await pairFor("shop.example.net")];
  await applying(secretOf(first), ...service());
  await eventually(async () => expect(serialOf(servedPem())).toBe(serialOf(first.certificate)));
  expect(await certificateReady()).toMatchObject({ status: "True", reason: "Issued" });
  expect((await statusOf()).certificates).toEqual([
    {
      hostname: "shop.example.net",
      issuer: "",
      secret: "shop-tls",
      notBefore: expect.any(String) as string,
      notAfter: new Date(first.notAfter).toISOString(),
    },
  ]);
  const headers = { authorization: `Bearer ${adminToken}` };
  const metrics = await (await harness.server.app.request("http://server/metrics", { headers })).text();
  expect(metrics).toMatch(/certificate_expiry_timestamp_seconds\{.*issuer="secret\/shop-tls"\} 1\d{9}\n/);
  const { plan } = await admin.apply({ objects: [secretOf(second)] }, { dryRun: true });
  expect(JSON.stringify(plan.nodes)).toContain("https://shop.example.net:443");
  await applying(secretOf(second));
  await eventually(async () => expect(serialOf(servedPem())).toBe(serialOf(second.certificate)));
  // The same again changes nothing; no instance was replaced.
  expect((await applying(secretOf(second))).change).toBeNull();
  expect((await statusOf()).instances.map(({ id }) => id)).toContain("shop-proxy-1");
  // And back to the built-in authority's.
  await applying(...service("certificate: auto"));
  await eventually(async () => expect(servedPem()).toBe("certificate of shop.example.net\n"));
});

test("after a restart it is the same value, so that no node has a new one", async () => {
  await applying(secretOf(await pairFor("shop.example.net")), ...service());
  await eventually(async () => expect(servedPem()).toContain("PRIVATE KEY"));
  const digests = async (): Promise<readonly unknown[]> => {
    const states = await Promise.all(nodes.map((node) => harness.admin.nodes.state<HostState>(node)));
    return states.flatMap(({ state }) => state.secrets ?? []);
  };
  const before = await digests();
  expect(before).toEqual([{ digest: expect.any(String) as string }]);
  for (const agent of agents) agent.stop();
  await harness.stop();
  harness = await startHarness({ store });
  expect(await digests()).toEqual(before);
});

describe("is refused, with its place", () => {
  const field = "spec.expose[0].certificateRef";
  test.each([
    ["for another name", () => pairFor("www.example.net"), /^.*tls.crt of Secret shop-tls is not for shop.example.net/],
    [
      "that has expired",
      () =>
        createAuthority(systemEntropy, { now: () => (systemClock.now() - 9 * 86_400_000) as never }).then((old) =>
          old.issue({ hostnames: ["shop.example.net"], days: 1 }),
        ),
      /tls.crt of Secret shop-tls expired at /,
    ],
    [
      "with another key",
      async () => ({ ...(await pairFor("shop.example.net")), key: (await pairFor("x.test")).key }),
      /tls.key of Secret shop-tls does not belong/,
    ],
  ])("a certificate %s", async (_, pair, message) => {
    const failure = await failureOf(applying(secretOf(await pair()), ...service()));
    expect(failure.diagnostics).toMatchObject([
      { code: "NW1623", subject: "service/shop", field, message: expect.stringMatching(message) as string },
    ]);
    // As well when only the Secret changes.
    await applying(secretOf(await pairFor("shop.example.net")), ...service());
    expect((await failureOf(applying(secretOf(await pair())))).code).toBe("NW1623");
    expect(await certificateReady()).toMatchObject({ status: "True" });
  });

  test("a Secret that is not there, lacks a key, or is to be deleted", async () => {
    const missing = await failureOf(applying(...service()));
    expect(missing.diagnostics).toMatchObject([
      { code: "NW1301", field, message: "there is no Secret shop-tls in project default" },
    ]);
    const part = applyOf(
      "{ apiVersion: netwright.dev/v1alpha1, kind: Secret, metadata: { name: shop-tls }, spec: { stringData: { tls.crt: x } } }",
    ).objects;
    expect((await failureOf(applying(...part, ...service()))).diagnostics).toMatchObject([
      { code: "NW1301", field, message: 'Secret shop-tls has no key "tls.key"' },
    ]);
    await applying(secretOf(await pairFor("shop.example.net")), ...service());
    const used = await failureOf(admin.delete({ kind: "Secret", name: "shop-tls", project: "default" }));
    expect(used).toMatchObject({ code: "NW1303" });
  });

  test("a Secret of another project", async () => {
    await admin.apply(
      applyOf(
        "{ apiVersion: netwright.dev/v1alpha1, kind: Project, metadata: { name: team } }\n---\n{ apiVersion: netwright.dev/v1alpha1, kind: Network, metadata: { name: web, project: team } }",
      ),
    );
    await applying(secretOf(await pairFor("shop.example.net")));
    const failure = await failureOf(applying(...service(undefined, ", project: team")));
    expect(failure.message).toContain("there is no Secret shop-tls in project team");
  });
});

test("one that ends soon is said to, and nobody renews it; one that has ended makes the service not Ready", async () => {
  const brief = await createAuthority(systemEntropy, {
    now: () => (systemClock.now() - 86_400_000 + 4000) as never,
  });
  await applying(secretOf(await brief.issue({ hostnames: ["shop.example.net"], days: 1 })), ...service());
  await eventually(async () =>
    expect(await certificateReady()).toMatchObject({
      status: "True",
      reason: "ExpiresSoon",
      message: expect.stringMatching(/nobody renews it: put the next one into secret\/shop-tls$/) as string,
    }),
  );
  await eventually(async () => expect(await certificateReady()).toMatchObject({ status: "False", reason: "Expired" }));
  // Other work goes on.
  await admin.apply(applyOf("{ apiVersion: netwright.dev/v1alpha1, kind: Network, metadata: { name: other } }"));
});
