/** Mutual TLS between proxies and a tier: who is given what, whether it works, and when it is made anew. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import type { Instant } from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import { ledgerKeys, type Ledger } from "@netwright/compiler";
import type { HostState, ProxyRun, WorkloadState } from "@netwright/contract";
import { memoryStore } from "@netwright/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Identities } from "./control/identities.ts";
import { Sealer } from "./secrets/sealer.ts";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes, shop } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

let store: ReturnType<typeof memoryStore>;
let harness: Harness;
let agents: FakeAgent[];

beforeEach(async () => {
  store = memoryStore();
  harness = await startHarness({ store });
  await harness.admin.apply(applyOf(fabricManifests));
  agents = await Promise.all(
    nodes.map(async (node) => {
      const { secret } = await harness.admin.createToken({ name: node, role: "Node", node });
      return startFakeAgent(harness.as(secret), node);
    }),
  );
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

const mutual = (name = "shop"): string =>
  shop(2)
    .replace("- name: web\n", "- name: web\n      mutualTls: {}\n")
    .replace("name: shop }", `name: ${name} }`)
    .replace("shop.example.net", `${name}.example.net`);

const lastStates = (): readonly HostState[] => agents.flatMap(({ states }) => states.at(-1)?.state ?? []);
const workloads = (service: string): readonly WorkloadState[] =>
  lastStates()
    .flatMap(({ networks }) => networks.flatMap((network) => network.workloads))
    .filter((workload) => workload.service === service);
const proxyOf = (service: string): ProxyRun =>
  present(workloads(service).flatMap(({ run }) => (run.kind === "Proxy" ? [run] : []))[0]);
const valueOf = (digest: string): string => {
  const all = lastStates().flatMap(({ secrets = [] }) => secrets);
  return Buffer.from(all.find((each) => each.digest === digest)?.value ?? "", "base64").toString();
};

/** Certificate and key of the proxies, as they show them. */
const shownBy = (service: string): string => {
  const { certificates } = proxyOf(service);
  return valueOf(present(certificates.find(({ name }) => name === `proxy.${service}.internal`)).digest);
};

test("both sides have certificates of the service's own authority; nobody else is let in", async () => {
  await harness.admin.apply(applyOf([mutual(), mutual("other")].join("\n---\n")));
  await eventually(async () => {
    expect(proxyOf("shop").backends[0]?.members).toHaveLength(2);
    expect(shownBy("shop")).toContain("PRIVATE KEY");
    expect(shownBy("other")).toContain("PRIVATE KEY");
  });
  const { run, identity } = present(workloads("shop").find(({ tier }) => tier === "web"));
  expect(run).toMatchObject({ tls: "/run/tls" });
  const { digest, authority, name } = present(identity);
  const [backend] = proxyOf("shop").backends;
  expect(backend?.tls).toEqual({ certificate: "proxy.shop.internal", authority, name: "web.shop.internal" });
  expect(backend?.members.every(({ tls }) => tls === true)).toBe(true);

  const pem = valueOf(digest);
  const server = createServer({ cert: pem, key: pem, ca: authority, requestCert: true, rejectUnauthorized: true });
  server.on("secureConnection", (socket: TLSSocket) =>
    socket.end(`hello ${socket.getPeerCertificate().subjectaltname}`),
  );
  server.on("tlsClientError", () => {});
  server.listen(0, "::1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = (shown: string | undefined, servername = name): Promise<string> =>
    new Promise((resolve) => {
      const pair = shown === undefined ? {} : { cert: shown, key: shown };
      const socket = connect({ host: "::1", port, ca: authority, servername, ...pair });
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
      socket.on("close", () => resolve(text));
    });
  expect(await ask(shownBy("shop"))).toBe("hello DNS:proxy.shop.internal");
  expect(await ask(shownBy("shop"), "shop.internal")).toBe("hello DNS:proxy.shop.internal");
  expect(await ask(shownBy("shop"), "api.shop.internal")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  expect(await ask(undefined)).not.toContain("hello");
  expect(await ask(shownBy("other"))).not.toContain("hello");
  server.close();
});

test("keys are on the hosts that need them, encrypted in the store, and go with the service", async () => {
  await harness.admin.apply(applyOf(mutual()));
  await eventually(async () => expect(shownBy("shop")).toContain("PRIVATE KEY"));
  for (const state of lastStates()) {
    const known = new Set((state.secrets ?? []).map(({ digest }) => digest));
    const own = state.networks.flatMap((network) => network.workloads);
    const needed = own.flatMap(({ run, identity }) => [
      ...(run.kind === "Proxy" ? run.certificates.map(({ digest }) => digest) : []),
      ...(identity === undefined ? [] : [identity.digest]),
    ]);
    expect([...known].toSorted()).toEqual([...new Set(needed)].toSorted());
  }
  expect(store.list("identity/").records.map(({ key }) => key)).toEqual(["identity/default/shop"]);
  expect(JSON.stringify(store.list("").records)).not.toContain("PRIVATE KEY");
  const shown = JSON.stringify(await Promise.all(nodes.map((node) => harness.admin.nodes.state(node))));
  expect(shown).toContain("web.shop.internal");
  expect(shown).not.toMatch(/PRIVATE KEY|"value"/);
  await harness.admin.delete({ kind: "Service", name: "shop" });
  await eventually(async () => expect(store.list("identity/").records).toEqual([]));
});

test("they are made anew with a third of their life left, by the same authority, and no sooner", async () => {
  const run = { tls: "/run/tls" };
  const entry = { kind: "Template", project: "default", service: "shop", tier: "web", hash: "h", run, port: 1 };
  const ledger = new Map([[ledgerKeys.template("default", "shop", "web", "h"), entry]]) as unknown as Ledger;
  let now = systemClock.now();
  const clock = { ...systemClock, now: () => now };
  const sealer = new Sealer([{ id: "00000000", key: new Uint8Array(32) }], systemEntropy);
  const kept = memoryStore();
  const identities = new Identities(kept, sealer, clock, systemEntropy);
  const step = async (later: number) => {
    now = (now + later * 86_400_000) as Instant;
    const { identities: all, writes, done } = await identities.prepare({ ledger });
    await kept.commit(writes);
    done();
    return { identity: present(all.get("default/shop")), writes: writes.length };
  };
  const first = await step(0);
  expect(first.writes).toBe(1);
  expect(await step(19)).toEqual({ identity: first.identity, writes: 0 });
  expect(identities.anyDue()).toBe(false);
  now = (now + 2 * 86_400_000) as Instant;
  expect(identities.anyDue()).toBe(true);
  const next = await step(0);
  expect(next.identity.authority).toBe(first.identity.authority);
  expect(next.identity.proxy).not.toBe(first.identity.proxy);
  expect(next.identity.tiers.get("web")).not.toBe(first.identity.tiers.get("web"));
  // A restart has the same ones.
  const again = new Identities(kept, sealer, clock, systemEntropy);
  expect((await again.prepare({ ledger })).identities.get("default/shop")).toEqual(next.identity);
});
