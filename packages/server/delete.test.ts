/** Objects deleted together: all of them or none, as one change. */
import type { ApplyResponse, Client, DeleteRequest } from "@netwright/api";
import type { NetwrightError } from "@netwright/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyOf, eventually } from "./testing/harness.ts";
import { projectText, startTwoProjects, type TwoProjects } from "./testing/two-projects.ts";

let site: TwoProjects;
let admin: Client;
beforeEach(async () => {
  site = await startTwoProjects();
  ({ admin } = site.harness);
});
afterEach(() => site.harness.stop());

/** A service that reads a Secret and a Config. */
const reader = (name: string, reads: string, project: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${name}, project: ${project} }
spec:
  network: web
  tiers:
    - name: main
      replicas: 0
      workload: { image: host, command: [x], port: 1, envFrom: [{ secret: ${reads} }, { config: ${reads} }] }
---
{ apiVersion: netwright.dev/v1alpha1, kind: Secret, metadata: { name: ${reads}, project: ${project} }, spec: { stringData: { A: x } } }
---
{ apiVersion: netwright.dev/v1alpha1, kind: Config, metadata: { name: ${reads}, project: ${project} }, spec: { data: { B: x } } }
`;

type Named = DeleteRequest["objects"][number];
const of = (project: string, ...kinds: readonly Named["kind"][]) =>
  kinds.map((kind) => ({ kind, name: kind === "Service" ? "web" : "web-values", project }));
const whole = of("team", "Secret", "Config", "Service");

const failureOf = (promise: Promise<unknown>): Promise<NetwrightError> =>
  promise.then(
    () => {
      throw new Error("it should have been refused");
    },
    (failure: unknown) => failure as NetwrightError,
  );
const messages = async (promise: Promise<unknown>): Promise<readonly string[]> =>
  (await failureOf(promise)).diagnostics.map(({ code, message }) => `${code} ${message}`);
const namesIn = ({ change, plan }: ApplyResponse): readonly string[] =>
  (change ?? plan).objects.map(({ change: what, object }) => `${what} ${object}`);

/** Nothing is deleted by the action. */
async function leavingAll<T>(action: () => Promise<T>): Promise<T> {
  const [before, changes] = [site.harness.store.list("object/").records.map(({ key }) => key), await admin.changes()];
  const result = await action();
  expect(site.harness.store.list("object/").records.map(({ key }) => key)).toEqual(before);
  expect(await admin.changes()).toEqual(changes);
  return result;
}

describe("what refers to each other", () => {
  beforeEach(async () => void (await admin.apply(applyOf(reader("web", "web-values", "team")))));

  test("goes in any order, as one change that one undo takes back", async () => {
    const dry = await leavingAll(() => admin.deleteAll({ objects: whole }, { dryRun: true }));
    expect(namesIn(dry).toSorted()).toEqual([
      "Delete team/config/web-values",
      "Delete team/secret/web-values",
      "Delete team/service/web",
    ]);
    const done = await admin.deleteAll({ objects: [...whole, ...whole] });
    expect(done.change).toMatchObject({
      message: "delete team/secret/web-values, team/config/web-values, team/service/web",
      objects: [
        { object: "team/secret/web-values" },
        { object: "team/config/web-values" },
        { object: "team/service/web" },
      ],
    });
    for (const ref of whole) expect(await failureOf(admin.get(ref))).toMatchObject({ code: "NW1501" });
    await admin.undo(done.change?.id ?? 0);
    for (const ref of whole) expect(await admin.get(ref)).toMatchObject({ kind: ref.kind });
  });

  test("stays as a whole while something else refers to one of it, and the refusal names each", async () => {
    await admin.apply(applyOf(reader("other", "web-values", "team")));
    await admin.apply(applyOf(reader("web", "web-values", "canary")));
    expect(await leavingAll(() => messages(admin.deleteAll({ objects: whole })))).toEqual([
      expect.stringMatching(
        /^NW1303 .*team\/secret\/web-values is still used by team\/service\/other \(spec.tiers\[0\]/,
      ),
      expect.stringMatching(
        /^NW1303 .*team\/config\/web-values is still used by team\/service\/other \(spec.tiers\[0\]/,
      ),
    ]);
    // Of the same names in another project nothing is said.
    expect(
      await leavingAll(() =>
        messages(admin.deleteAll({ objects: [...of("canary", "Secret", "Config", "Service"), ...whole] })),
      ),
    ).toEqual([expect.stringContaining("team/secret/"), expect.stringContaining("team/config/")]);
  });

  test("stays as a whole when some are not there; unless that is no failure", async () => {
    const more: Named[] = [{ kind: "Service", name: "nowhere" }, ...whole, { kind: "Host", name: "host99" }];
    expect(await leavingAll(() => messages(admin.deleteAll({ objects: more })))).toEqual([
      "NW1501 there is no service/nowhere",
      "NW1501 there is no host/host99",
    ]);
    const { change } = await admin.deleteAll({ objects: more, ignoreMissing: true });
    expect(change?.objects).toHaveLength(3);
    const nothing = await leavingAll(() => admin.deleteAll({ objects: whole, ignoreMissing: true }));
    expect(nothing).toMatchObject({ change: null, plan: { objects: [] } });
  });

  test("stays as a whole when some are of another project or of none, whether they are there or not", async () => {
    const editor = site.harness.as(await site.token("Editor", "team"));
    const foreign: Named[] = [
      { kind: "Service", name: "canary-shop", project: "canary" },
      { kind: "Network", name: "x", project: "canary" },
      { kind: "Host", name: "host1" },
    ];
    const refused = [
      "NW1504 this token does not allow changing canary/service/canary-shop",
      "NW1504 this token does not allow changing canary/network/x",
      "NW1504 this token does not allow changing host/host1",
    ];
    for (const ignoreMissing of [false, true])
      expect(
        await leavingAll(() => messages(editor.deleteAll({ objects: [...whole, ...foreign], ignoreMissing }))),
      ).toEqual(refused);
    const siteEditor = site.harness.as(await site.token("Editor"));
    expect(await leavingAll(() => messages(siteEditor.deleteAll({ objects: foreign })))).toEqual(refused.slice(2));
    const viewer = site.harness.as(await site.token("Viewer", "team"));
    expect((await leavingAll(() => failureOf(viewer.deleteAll({ objects: whole })))).code).toBe("NW1504");
    // What names no project is of the token's.
    const own = await editor.deleteAll({ objects: whole.map(({ kind, name }) => ({ kind, name })) });
    expect(own.change?.objects).toHaveLength(3);
  });

  test("a project goes with all that is in it", async () => {
    await admin.apply(applyOf(projectText("brief")));
    await admin.apply(applyOf(reader("web", "web-values", "brief")));
    const all = [{ kind: "Project", name: "brief" } as const, ...of("brief", "Secret", "Config", "Service")];
    expect((await admin.deleteAll({ objects: all })).change?.objects).toHaveLength(4);
  });
});

describe("what is not understood", () => {
  const refusal = (request: object): Promise<readonly string[]> =>
    leavingAll(() => messages(admin.deleteAll(request as DeleteRequest)));

  test.each([
    [{ objects: [] }, "objects: name at least one object"],
    [{}, "objects: "],
    [{ objects: [{ kind: "Instance", name: "x" }] }, "objects[0].kind: is none of what can be deleted: "],
    [{ objects: [{ kind: "Lab", name: "x" }] }, "objects[0].kind: is none of what can be deleted: "],
    [{ objects: [{ kind: "Host", name: "team/x" }] }, "objects[0].name: is not a name"],
    [{ objects: [{ kind: "Host", name: "host1", project: "team" }] }, "host/host1 belongs to no project"],
    [{ objects: [{ kind: "Host", name: "host1", more: 1 }] }, "objects[0]: "],
  ])("%j", async (request, message) => {
    expect(await refusal(request)).toEqual([expect.stringContaining(`NW1506 ${message}`)]);
  });

  test("volumes with anything else: what they hold cannot be had back", async () => {
    const data = { kind: "Volume", name: "data", project: "team" } as const;
    expect(await refusal({ objects: [data, { kind: "Service", name: "shop", project: "team" }] })).toEqual([
      "NW1506 team/volume/data cannot be deleted together with what is no volume: what it holds cannot be had back",
    ]);
    const none = { objects: [data, { ...data, name: "more" }] };
    expect(await refusal(none)).toEqual(["NW1501 there is no team/volume/data", "NW1501 there is no team/volume/more"]);
    expect(await admin.deleteAll({ ...none, ignoreMissing: true })).toMatchObject({ change: null });
    const editor = site.harness.as(await site.token("Editor", "canary"));
    expect(await messages(editor.deleteAll({ ...none, ignoreMissing: true }))).toHaveLength(2);
  });
});

test("many at once are one line in the history", async () => {
  const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
  const config = (name: string): string =>
    `{ apiVersion: netwright.dev/v1alpha1, kind: Config, metadata: { name: ${name} }, spec: { data: { a: b } } }`;
  await admin.apply(applyOf(names.map(config).join("\n---\n")));
  const { change } = await admin.deleteAll({ objects: names.map((name) => ({ kind: "Config", name })) });
  expect(change?.message).toBe("delete config/c0, config/c1, config/c2, config/c3, config/c4 and 3 more");
  await eventually(async () => expect((await admin.list("Config")).items).toEqual([]));
});
