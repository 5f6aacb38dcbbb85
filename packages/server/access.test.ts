/**
 * Every route of the API, called by everybody: nobody, people of another project, of this one, of the whole site, and an
 * agent. A route without a line here fails.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { callers, lines, type Caller, type Line } from "./testing/access-table.ts";
import { routesOf } from "./routes/index.ts";
import type { Route } from "./http/route.ts";
import { adminToken, applyOf } from "./testing/harness.ts";
import { startTwoProjects, type TwoProjects } from "./testing/two-projects.ts";

/** Values that nobody is told but the agent of a host that needs them. */
const canary = /secret-canary|c2VjcmV0LWNhbmFyeQ/;
const withSecret = `
apiVersion: netwright.dev/v1alpha1
kind: Secret
metadata: { name: db, project: team }
spec: { stringData: { password: secret-canary } }
---
{ apiVersion: netwright.dev/v1alpha1, kind: Config, metadata: { name: app, project: team }, spec: { data: { a: b } } }
---
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: worker, project: team }
spec:
  network: web
  tiers:
    - name: main
      workload:
        { image: host, command: [x], port: 1, env: [{ name: PASSWORD, secret: { name: db, key: password } }] }`;

let site: TwoProjects;
const tokens = new Map<Caller, string | null>();
// Handlers are not called: only the list is read.
const routes: readonly Route[] = routesOf({} as Parameters<typeof routesOf>[0]);

beforeAll(async () => {
  site = await startTwoProjects();
  await site.harness.admin.apply(applyOf(withSecret));
  tokens.set("none", null).set("siteAdmin", adminToken);
  tokens.set("other", await site.token("Admin", "canary")).set("node", await site.token("Node"));
  for (const role of ["Viewer", "Editor", "Admin"] as const)
    tokens.set(role.toLowerCase() as Caller, await site.token(role, "team"));
  for (const role of ["Viewer", "Editor"] as const) tokens.set(`site${role}`, await site.token(role));
});
afterAll(async () => site.harness.stop());

async function statusFor(caller: Caller, { method, path }: Route, line: Line): Promise<number> {
  const token = tokens.get(caller) ?? null;
  const body = line.body === undefined ? {} : { body: JSON.stringify(line.body) };
  const stop = new AbortController();
  const response = await site.harness.server.app.request(`http://server${line.path ?? path}`, {
    method,
    signal: stop.signal,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), "content-type": "application/json" },
    ...body,
  });
  // A stream does not end by itself.
  if (response.headers.get("content-type")?.includes("ndjson") === true) await response.body?.cancel();
  else if (!(caller === "node" && path.endsWith("/state"))) expect(await response.text(), path).not.toMatch(canary);
  stop.abort();
  return response.status;
}

const named = (route: Route): string => `${route.method} ${route.path}`;

test.each(routes.map((route) => [named(route), route] as const))("%s", async (name, route) => {
  const line = lines[name];
  expect(line, "every route has a line in the table").toBeDefined();
  if (line === undefined) return;
  const answers: number[] = [];
  for (const caller of callers) answers.push(await statusFor(caller, route, line));
  expect(Object.fromEntries(callers.map((caller, index) => [caller, answers[index]]))).toEqual(
    Object.fromEntries(callers.map((caller, index) => [caller, Number(line.answers.split(" ")[index])])),
  );
});

test("every line is of a route", () => {
  expect(Object.keys(lines).filter((name) => !routes.some((route) => named(route) === name))).toEqual([]);
});
