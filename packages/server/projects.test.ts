/** Projects as their people meet them: what they may do, what they are refused, and what they never learn. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client, WatchEvent } from "@netwright/api";
import { parseIpv6, type NetwrightError } from "@netwright/base";
import { adminToken, applyOf, eventually, type Harness } from "./testing/harness.ts";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { nodes } from "./testing/manifests.ts";
import { capacity, projectText, shopOf, startTwoProjects, type TwoProjects } from "./testing/two-projects.ts";

let site: TwoProjects;
let harness: Harness;
let editor: Client;
let agents: readonly FakeAgent[];
const tokens = { viewer: "", editor: "", admin: "" };

/** Of the other project, and of the site, nothing of this may be told to people of project team. */
const canary = new RegExp(`canary|of ${capacity} instances`);

beforeAll(async () => {
  site = await startTwoProjects();
  harness = site.harness;
  agents = nodes.map((node) => startFakeAgent(harness.admin, node));
  for (const role of ["Viewer", "Editor", "Admin"] as const)
    tokens[role.toLowerCase() as keyof typeof tokens] = await site.token(role, "team");
  editor = harness.as(tokens.editor);
  await eventually(async () => {
    const { items } = await harness.admin.list("Instance");
    expect(items.length).toBeGreaterThan(6);
    expect(items.map(({ status }) => status?.["phase"])).toEqual(items.map(() => "Ready"));
  });
});
afterAll(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

const read = async (path: string, token: string): Promise<string> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await harness.server.app.request(`http://server${path}`, { headers })).text();
};

const failureOf = async (work: Promise<unknown>): Promise<NetwrightError> => {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error as NetwrightError,
  );
  if (failure === undefined) throw new Error("it was not refused");
  return failure;
};

const lists = ["services", "networks", "instances", "projects", "events", "changes", "flows?dropped=true", "tokens"];

describe("nothing of another project is told", () => {
  test("in no list; the whole site's has it, so the test would notice", async () => {
    for (const list of lists) {
      const path = `/v1alpha1/${list}`;
      expect(await read(path, tokens.admin), list).not.toMatch(canary);
      if (!/flows|tokens/.test(list)) expect(await read(path, adminToken), list).toMatch(canary);
    }
    expect(await read("/metrics", tokens.admin)).not.toMatch(canary);
    expect(await read("/metrics", tokens.admin)).toContain(
      'netwright_server_project_used{project="team",resource="instances"} 3',
    );
    expect(await read("/metrics", adminToken)).toMatch(canary);
  });

  test("in no watch", async () => {
    const stop = new AbortController();
    const seen: WatchEvent[] = [];
    const { revision } = await editor.list("Service");
    const watching = (async () => {
      for await (const event of editor.watch("Service", { since: revision, signal: stop.signal })) {
        seen.push(event);
        if (seen.some(({ object }) => object.metadata.name === "last")) break;
      }
    })();
    await harness.admin.apply(applyOf(shopOf("canary", "canary-second")));
    await editor.apply(applyOf(shopOf("team", "last", 0)));
    await watching;
    stop.abort();
    expect(JSON.stringify(seen)).not.toMatch(canary);
    await editor.delete({ kind: "Service", name: "last", project: "team" });
  });

  test("in no plan, and not how full hosts are", async () => {
    const plan = (token: Client) => token.apply(applyOf(shopOf("team", "shop", 3)), { dryRun: true });
    const [own, whole] = [(await plan(editor)).plan, (await plan(harness.admin)).plan];
    expect(JSON.stringify(own)).not.toMatch(canary);
    expect(JSON.stringify(whole)).toMatch(/least loaded: \d/);
    expect(JSON.stringify(own)).not.toMatch(/least loaded: \d|BGP|underlay/);
    expect(own.placements.map(({ instance }) => instance)).toEqual(whole.placements.map(({ instance }) => instance));
    expect(own.flows).toEqual(whole.flows);
    expect(own.nodes.flatMap(({ lines }) => lines).length).toBeGreaterThan(0);
  });

  test("in no refusal: no room", async () => {
    await harness.admin.apply(applyOf(projectText("team", "{ pools: [default] }")));
    const many = applyOf(shopOf("team", "shop", 400));
    const own = await failureOf(editor.apply(many));
    const whole = await failureOf(harness.admin.apply(many));
    expect([own.code, whole.code]).toEqual(["NW1402", "NW1402"]);
    expect(JSON.stringify(whole.diagnostics)).toMatch(canary);
    expect(JSON.stringify(own.diagnostics)).not.toMatch(canary);
    expect(own.diagnostics[0]?.message).toMatch(/fit nowhere$/);
    await harness.admin.apply(applyOf(projectText("team", "{ quota: { instances: 12 }, pools: [default] }")));
  });

  test("in no refusal: a host name that is taken", async () => {
    const taken = shopOf("team", "thief").replace("thief.team.example.net", "canary-shop.canary.example.net");
    const { code, diagnostics } = await failureOf(editor.apply(applyOf(taken)));
    expect(code).toBe("NW1302");
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      subject: "team/service/thief",
      message: "canary-shop.canary.example.net:443 is in use in another project",
    });
    expect(JSON.stringify(diagnostics).replaceAll("canary-shop.canary.example.net", "")).not.toMatch(canary);
  });

  test("what is another's and what is not there are told alike", async () => {
    const ask = async (project: string, name: string): Promise<string> =>
      (await read(`/v1alpha1/projects/${project}/services/${name}`, tokens.admin)).replaceAll(project, "P");
    expect(await ask("canary", "canary-shop")).toBe(await ask("nowhere", "canary-shop"));
    expect(await read("/v1alpha1/projects/canary", tokens.admin)).toBe(
      (await read("/v1alpha1/projects/nowhere", tokens.admin)).replaceAll("nowhere", "canary"),
    );
    const change = (id: number): Promise<string> => read(`/v1alpha1/changes/${id}`, tokens.admin);
    expect(await change(1)).toBe((await change(999)).replaceAll("999", "1"));
  });

  test("by no trace", async () => {
    const address = async (project: string): Promise<string> => {
      const { items } = await harness.admin.list("Service", project);
      const found = items.find(({ metadata }) => metadata.name.endsWith("shop"));
      const addresses = found?.status?.["addresses"] as readonly { address: string }[] | undefined;
      return addresses?.[0]?.address ?? "";
    };
    const [own, theirs] = [await address("team"), await address("canary")];
    const query = { port: 443, protocol: "tcp", source: "2001:db8:f::1" } as const;
    expect((await editor.trace({ ...query, destination: own })).hops.length).toBeGreaterThan(3);
    for (const destination of [theirs, "2001:db8:100::ffff"]) {
      const { code, message } = await failureOf(editor.trace({ ...query, destination }));
      expect([code, message]).toEqual(["NW1501", `${destination} is no address of project team`]);
    }
    const from = await failureOf(
      editor.trace({ port: 443, protocol: "tcp", destination: own, instance: "canary-db-main-1", project: "canary" }),
    );
    expect(from.message).toBe("there is no project/canary for this token");
  });

  test("what is wrong on a host is told of own parts only", async () => {
    const { items } = await harness.admin.list("Instance", "team");
    const host = items[0]?.spec["host"] as (typeof nodes)[number];
    await agents[nodes.indexOf(host)]?.say({
      converged: false,
      problems: [{ slot: "runtime", subject: "canary-db-main-1", code: "NW1601", message: "canary-db-main-1 fails" }],
    });
    await eventually(async () =>
      expect(await read("/v1alpha1/services", adminToken)).toMatch(/canary-db-main-1 fails/),
    );
    const services = await read("/v1alpha1/services", tokens.viewer);
    expect(services).toContain(`${host} has one`);
    expect(services).not.toMatch(canary);
    expect(await read("/v1alpha1/events", tokens.viewer)).not.toMatch(canary);
    await agents[nodes.indexOf(host)]?.say({ converged: true, problems: [] });
  });
});

test("of denied flows, those in its own networks are told", async () => {
  const denied = [{ from: 1, to: 1, protocol: "tcp", port: 9, packets: 1, bytes: 60 }] as const;
  const network = (project: string, name: string) => ({ project, name, rules: 0, denied });
  await agents[0]?.say({ networks: [network("team", "web"), network("canary", "canary-net")] });
  const [own, whole] = [await editor.droppedFlows(), await harness.admin.droppedFlows()];
  expect(own.map(({ project }) => project)).toEqual(["team"]);
  expect(JSON.stringify(own)).not.toMatch(canary);
  expect(JSON.stringify(whole)).toMatch(canary);
});

test("of addresses that names have, those in its own networks are told", async () => {
  const network = (project: string, name: string) => ({
    project,
    name,
    rules: 0,
    denied: [],
    answered: [{ name: `api.${name}.example`, address: parseIpv6("2001:db8:f::2"), live: true }],
  });
  await agents[0]?.say({ networks: [network("team", "web"), network("canary", "canary-net")] });
  expect((await editor.answers()).map(({ name }) => name)).toEqual(["api.web.example"]);
  expect(JSON.stringify(await harness.admin.answers())).toMatch(canary);
});

describe("what people of a project may change", () => {
  test("objects that name no project go into the token's", async () => {
    const text = shopOf("team", "mail").replace(", project: team", "");
    const { objects } = applyOf(text);
    const bare = objects.map((each) => {
      const object = each.object as { metadata: { project?: string } };
      const { project: _, ...metadata } = object.metadata;
      return { ...each, object: { ...object, metadata } };
    });
    const { change } = await editor.apply({ objects: bare });
    expect(change?.objects).toMatchObject([{ change: "Create", object: "team/service/mail" }]);
    await editor.undo(change?.id ?? 0);
  });

  test("nothing elsewhere: neither objects of other projects nor those of the site", async () => {
    for (const text of [
      shopOf("canary", "canary-shop"),
      shopOf("nowhere"),
      projectText("team", "{}"),
      projectText("other"),
    ]) {
      expect(await failureOf(editor.apply(applyOf(text)))).toMatchObject({ code: "NW1504" });
      expect(await failureOf(harness.as(tokens.admin).apply(applyOf(text)))).toMatchObject({ code: "NW1504" });
    }
  });

  test("editors of the whole site change what is in projects, and nothing else", async () => {
    const siteEditor = harness.as(await site.token("Editor"));
    expect((await siteEditor.apply(applyOf(shopOf("canary", "canary-third")))).change).not.toBeNull();
    await siteEditor.delete({ kind: "Service", name: "canary-third", project: "canary" });
    expect(await failureOf(siteEditor.apply(applyOf(projectText("more"))))).toMatchObject({ code: "NW1504" });
  });

  test("a change that others have a part in is shown in part, and not undone", async () => {
    const both = [shopOf("team", "a", 0), shopOf("canary", "canary-a", 0)].join("\n---\n");
    const { change } = await harness.admin.apply(applyOf(both, { message: "with the canary" }));
    const id = change?.id ?? 0;
    expect(await editor.change(id)).toMatchObject({ message: "", objects: [{ object: "team/service/a" }] });
    expect((await editor.change(id)).objects).toHaveLength(1);
    const refusal = await failureOf(editor.undo(id));
    expect(refusal.code).toBe("NW1504");
    expect(JSON.stringify(refusal.diagnostics)).not.toMatch(canary);
    await harness.admin.undo(id);
  });

  test("an admin of a project makes and revokes its tokens, and no others", async () => {
    const admin = harness.as(tokens.admin);
    const made = await admin.createToken({ name: "ci", role: "Editor" });
    expect(made).toMatchObject({ project: "team", role: "Editor" });
    expect((await admin.tokens()).map(({ project }) => project)).toEqual((await admin.tokens()).map(() => "team"));
    await admin.deleteToken(made.id);
    const theirs = await harness.admin.createToken({ name: "theirs", role: "Viewer", project: "canary" });
    expect(await failureOf(admin.deleteToken(theirs.id))).toMatchObject({ code: "NW1501" });
    expect(await failureOf(admin.createToken({ name: "x", role: "Viewer", project: "canary" }))).toMatchObject({
      code: "NW1501",
    });
    expect(await failureOf(admin.createToken({ name: "x", role: "Node", node: "host1" }))).toMatchObject({
      code: "NW1504",
    });
    await harness.admin.deleteToken(theirs.id);
  });
});

describe("quota", () => {
  test("an apply over it changes nothing at all, and says by how much", async () => {
    const before = await read("/v1alpha1/changes", adminToken);
    const text = [shopOf("team", "shop", 9), shopOf("team", "second")].join("\n---\n");
    const { code, diagnostics } = await failureOf(editor.apply(applyOf(text)));
    expect(code).toBe("NW1405");
    expect(diagnostics).toMatchObject([
      {
        subject: "team/service/shop",
        field: "spec.tiers[0].replicas",
        message: "instances of project team: 14, that is 2 over its quota of 12",
        hint: "it would be used by team/service/shop (11, 8 of it new), team/service/second (3, 3 of it new)",
      },
    ]);
    expect(await read("/v1alpha1/changes", adminToken)).toBe(before);
    expect((await editor.list("Service", "team")).items.map(({ metadata }) => metadata.name)).toEqual(["shop"]);
  });

  test("scaling over it is refused, also as a dry run, and by an admin of the site too", async () => {
    const request = { service: "shop", tiers: { web: 11 } };
    expect(await failureOf(editor.scale(request))).toMatchObject({ code: "NW1405" });
    expect(await failureOf(editor.scale(request, { dryRun: true }))).toMatchObject({ code: "NW1405" });
    expect(await failureOf(harness.admin.scale({ ...request, project: "team" }))).toMatchObject({ code: "NW1405" });
    expect((await editor.scale({ ...request, tiers: { web: 10 } }, { dryRun: true })).plan.objects).toHaveLength(1);
  });

  test("a roll-out at the quota is let through, although new instances stand beside old ones", async () => {
    await editor.scale({ service: "shop", tiers: { web: 10 } });
    const other = applyOf(shopOf("team", "shop", 10).replace("/bin/web", "/bin/web2"));
    expect((await editor.apply(other)).change).not.toBeNull();
    await editor.apply(applyOf(shopOf("team", "shop", 1)));
  });

  test("lowered below what is used it takes nothing away, says so, and refuses growth", async () => {
    const project = async () => (await editor.get({ kind: "Project", name: "team" })).status;
    await harness.admin.apply(applyOf(projectText("team", "{ quota: { instances: 2 }, pools: [default] }")));
    await eventually(async () =>
      expect(await project()).toMatchObject({
        used: { services: 1, networks: 1, addresses: 1, instances: 3, cpu: "0", memory: "0" },
        pools: ["default"],
        conditions: [
          {
            type: "WithinLimits",
            status: "False",
            reason: "OverLimits",
            message: "nothing is taken away, and nothing more given: instances 3 of 2",
          },
        ],
      }),
    );
    expect(await failureOf(editor.scale({ service: "shop", tiers: { web: 2 } }))).toMatchObject({ code: "NW1405" });
    await editor.scale({ service: "shop", tiers: { proxy: 0 } });
    await eventually(async () =>
      expect(await project()).toMatchObject({ conditions: [{ status: "True", reason: "WithinLimits" }] }),
    );
    expect(await failureOf(editor.scale({ service: "shop", tiers: { proxy: 1 } }))).toMatchObject({ code: "NW1405" });
    await harness.admin.apply(applyOf(projectText("team", "{ quota: { instances: 12 }, pools: [default] }")));
    await editor.scale({ service: "shop", tiers: { proxy: 1 } });
  });
});

describe("a project goes", () => {
  test("not while it has objects, and not while it has tokens", async () => {
    const project = { kind: "Project", name: "brief" } as const;
    await harness.admin.apply(applyOf(projectText("brief")));
    const token = await harness.admin.createToken({ name: "brief", role: "Admin", project: "brief" });
    await harness.as(token.secret).apply(applyOf(shopOf("brief", "x", 0)));
    expect(await failureOf(harness.admin.delete(project))).toMatchObject({
      code: "NW1303",
      message: "project/brief still has 1 object: brief/service/x",
    });
    await harness.as(token.secret).delete({ kind: "Service", name: "x", project: "brief" });
    const refusal = await failureOf(harness.admin.delete(project));
    expect(refusal).toMatchObject({ code: "NW1303", message: `project/brief still has a token: ${token.id} (brief)` });
    await harness.admin.deleteToken(token.id);
    await harness.admin.delete(project);
    const late = { name: "late", role: "Viewer", project: "brief" } as const;
    expect(await failureOf(harness.admin.createToken(late))).toMatchObject({ code: "NW1301" });
  });

  test("the default project needs no Project, and has no limits without one", async () => {
    const token = await harness.admin.createToken({ name: "default", role: "Editor", project: "default" });
    const text = shopOf("default", "plain", 0);
    expect((await harness.as(token.secret).apply(applyOf(text))).change).not.toBeNull();
    expect((await harness.as(token.secret).list("Service")).items).toHaveLength(1);
    await harness.admin.apply(applyOf(projectText("default", "{ quota: { services: 1 } }")));
    expect(await failureOf(harness.as(token.secret).apply(applyOf(shopOf("default", "more", 0))))).toMatchObject({
      code: "NW1405",
    });
    await harness.admin.delete({ kind: "Project", name: "default" });
  });
});
