/** The API as strangers, viewers, agents and clumsy clients meet it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorCodes } from "@netwright/base";
import { openapi } from "./openapi/openapi.ts";
import { componentSchemas } from "./openapi/schemas.ts";
import { routesOf } from "./routes/index.ts";
import type { Route } from "./http/route.ts";
import { adminToken, applyOf, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, shop } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

let harness: Harness;
const tokens = { viewer: "", host1: "", host2: "" };
// Handlers are not called: only the list is read.
const routes: readonly Route[] = routesOf({} as Parameters<typeof routesOf>[0]);

beforeAll(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(fabricManifests));
  await harness.admin.apply(applyOf(shop()));
  tokens.viewer = (await harness.admin.createToken({ name: "viewer", role: "Viewer" })).secret;
  for (const node of ["host1", "host2"] as const) {
    tokens[node] = (await harness.admin.createToken({ name: node, role: "Node", node })).secret;
  }
});
afterAll(async () => harness.stop());

interface CallOptions {
  readonly method?: string;
  readonly token?: string | null;
  readonly body?: string | Uint8Array;
  readonly type?: string;
}

async function call(
  path: string,
  { method = "GET", token = adminToken, body, type = "application/json" }: CallOptions = {},
): Promise<Response> {
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-type": type }),
  };
  return harness.server.app.request(`http://server${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as string }),
  });
}

const filled = (path: string): string => path.replaceAll("{node}", "host1").replaceAll(/\{\w+\}/g, "x");

async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  const problem = (await response.json()) as Record<string, unknown>;
  expect([response.status, problem["code"]], JSON.stringify(problem)).toEqual([status, code]);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(problem).toMatchObject({
    status,
    type: `https://netwright.dev/errors/${code}`,
    title: errorCodes[code as keyof typeof errorCodes].summary,
  });
}

describe("without a known token nothing is read or changed", () => {
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))("%s", async (_name, route) => {
    const path = filled(route.path);
    if (route.access === "Anyone") {
      expect((await call(path, { token: null })).status).toBe(200);
      expect(["/livez", "/readyz"]).toContain(route.path);
      return;
    }
    for (const token of [null, "wrong", "nw_0123456789abcdef_secret", adminToken.slice(0, -1), `${tokens.viewer}x`]) {
      const response = await call(path, { method: route.method, token });
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
      await expectProblem(response, 401, "NW1503");
    }
  });

  test("not even which paths exist, or which methods they take", async () => {
    await expectProblem(await call("/v1alpha1/nothing", { token: null }), 401, "NW1503");
    await expectProblem(await call("/v1alpha1/apply", { token: null }), 401, "NW1503");
  });
});

describe("a token opens its own routes and no other", () => {
  const opens: Readonly<Record<Route["access"], readonly string[]>> = {
    Anyone: ["viewer", "host1", "host2"],
    Token: ["viewer", "host1", "host2"],
    Viewer: ["viewer"],
    Editor: [],
    Node: ["host1"],
    Admin: [],
  };
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))("%s", async (_name, route) => {
    for (const name of ["viewer", "host1", "host2"] as const) {
      if (opens[route.access].includes(name)) continue;
      await expectProblem(await call(filled(route.path), { method: route.method, token: tokens[name] }), 403, "NW1504");
    }
  });

  test("an agent reads its own state", async () => {
    const response = await call("/v1alpha1/nodes/host1/state", { token: tokens.host1 });
    expect(await response.json()).toMatchObject({ state: { node: "host1", role: "Host" } });
  });

  test("a deleted token is worthless at once", async () => {
    const { id, secret } = await harness.admin.createToken({ name: "brief", role: "Viewer" });
    expect((await call("/v1alpha1/services", { token: secret })).status).toBe(200);
    await harness.admin.deleteToken(id);
    await expectProblem(await call("/v1alpha1/services", { token: secret }), 401, "NW1503");
    await expectProblem(await call(`/v1alpha1/tokens/${id}`, { method: "DELETE" }), 404, "NW1501");
  });

  test("the store holds no secret of a token", async () => {
    const all = harness.store
      .list("")
      .records.map(({ value }) => value)
      .join("\n");
    for (const secret of [adminToken, ...Object.values(tokens)]) {
      expect([all.includes(secret), all.includes(secret.slice(-32))]).toEqual([false, false]);
    }
  });
});

describe("what is not understood is answered with why", () => {
  test("paths, methods, parameters", async () => {
    await expectProblem(await call("/v1alpha1/nothing"), 404, "NW1506");
    await expectProblem(await call("/v2/services"), 404, "NW1506");
    const wrong = await call("/v1alpha1/services", { method: "PATCH" });
    expect(wrong.headers.get("allow")).toBe("GET");
    await expectProblem(wrong, 405, "NW1506");
    await expectProblem(await call("/v1alpha1/projects/default/instances/x", { method: "DELETE" }), 405, "NW1506");
    for (const query of [
      "watch=maybe",
      "watch=true&since=-1",
      "watch=true&since=1e3",
      "watch=true&since=99999999999999999999",
    ]) {
      await expectProblem(await call(`/v1alpha1/services?${query}`), 400, "NW1506");
    }
    await expectProblem(await call("/v1alpha1/changes/last"), 400, "NW1506");
    await expectProblem(await call("/v1alpha1/changes/77"), 404, "NW1501");
    await expectProblem(await call("/v1alpha1/flows"), 400, "NW1506");
    await expectProblem(await call("/v1alpha1/projects/default/services/none"), 404, "NW1501");
    await expectProblem(await call("/v1alpha1/nodes/nobody/state"), 404, "NW1501");
  });

  test("bodies", async () => {
    const post = (body: string | Uint8Array, type?: string): Promise<Response> =>
      call("/v1alpha1/apply", { method: "POST", body, ...(type === undefined ? {} : { type }) });
    await expectProblem(await post("{"), 400, "NW1506");
    await expectProblem(await post("[]"), 400, "NW1506");
    await expectProblem(await post('{"objects":[],"more":1}'), 400, "NW1506");
    await expectProblem(await post("{}", "text/plain"), 415, "NW1506");
    await expectProblem(await post(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])), 400, "NW1506");
    await expectProblem(await call("/v1alpha1/apply", { method: "POST" }), 415, "NW1506");
    await expectProblem(
      await post(JSON.stringify({ objects: [{ object: null }, { object: { kind: "Service" } }] })),
      422,
      "NW1103",
    );
    await expectProblem(
      await post(
        JSON.stringify({
          objects: [
            {
              object: {
                apiVersion: "netwright.dev/v1alpha1",
                kind: "Lab",
                metadata: { name: "x" },
                spec: { nodes: [{ name: "a", role: "Client" }] },
              },
            },
          ],
        }),
      ),
      422,
      "NW1104",
    );
  });

  test("10 MB of anything is judged, more than the limit is not even read", async () => {
    const revision = harness.store.revision();
    const junk = JSON.stringify({ objects: [{ object: { kind: "x".repeat(10 * 2 ** 20) } }] });
    await expectProblem(await call("/v1alpha1/apply", { method: "POST", body: junk }), 422, "NW1103");
    await expectProblem(await call("/v1alpha1/tokens", { method: "POST", body: junk }), 413, "NW1506");
    let read = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => (read++, controller.enqueue(new Uint8Array(2 ** 20))),
    });
    const init = {
      method: "POST",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: endless,
      duplex: "half",
    };
    await expectProblem(
      await harness.server.app.request("http://server/v1alpha1/apply", init as RequestInit),
      413,
      "NW1506",
    );
    expect(read).toBeLessThan(40);
    expect(harness.store.revision()).toBe(revision);
  });
});

describe("what describes the API is true", () => {
  test("openapi.json is what the routes and kinds say (vitest -u writes it anew)", async () => {
    await expect(`${JSON.stringify(openapi(routes), null, 2)}\n`).toMatchFileSnapshot("openapi.json");
    expect(await (await call("/openapi.json")).json()).toEqual(openapi(routes));
  });

  test("every route is described once and every schema it names is there", () => {
    const names = routes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
    const text = JSON.stringify(openapi(routes));
    const known = new Set(Object.keys(componentSchemas()));
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) expect(known, name).toContain(name);
  });

  test("metrics follow the naming rules of Prometheus", async () => {
    const response = await call("/metrics");
    const names = [...(await response.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({
      name: present(name),
      type: present(type),
    }));
    expect(names.length).toBeGreaterThan(20);
    for (const { name, type } of names) {
      expect(name).toMatch(/^netwright_[a-z0-9_]+$/);
      // The Node.js collectors of prom-client name some of theirs otherwise.
      if (name.includes("_nodejs_") || name.includes("_process_")) continue;
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      expect(name).not.toMatch(/_(ms|milliseconds|kb|count|sum)$/);
      if (type === "histogram") expect(name).toMatch(/_(seconds|bytes)$/);
    }
    expect((await call("/readyz", { token: null })).status).toBe(200);
  });
});
