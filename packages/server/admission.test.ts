/** Which changes are stored, given what is found out about contracts. What is found out, packages/prove tests. */
import type { ClauseProof } from "@netwright/api";
import { isContractsBroken } from "@netwright/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Judgement, Prover } from "./proof/prover.ts";
import { applyOf, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, shop } from "./testing/manifests.ts";
import { projectText, shopOf } from "./testing/two-projects.ts";

const clean: Judgement = { proved: new Map([["service/shop", 3]]), open: [], findings: [] };
const clause = (change: Partial<ClauseProof> = {}): ClauseProof => ({
  clause: "service/shop public",
  kind: "Ensures",
  subject: "Isolation",
  statement: "internet cannot reach tier web",
  verdict: "Refuted",
  by: null,
  steps: 1,
  origin: { object: "service/shop", field: "spec.tiers[0]" },
  counterexample: { message: "it can", when: "After", packet: null, path: [], rules: [] },
  reason: null,
  assumptions: [],
  ...change,
});
const refuting = (...open: readonly ClauseProof[]): Judgement => ({ ...clean, open });
const justified = clause({ verdict: "Justified", reason: "a pilot" });

/** What is found of a change, and of how things were before it. */
let found: { change: Judgement; before: Judgement };
let asked: number;
const prover: Prover = {
  report: async () => ({ clauses: [clause()], assumptions: [], steps: 1 }),
  judge: async ({ before }) => {
    asked++;
    return before === undefined ? found.before : found.change;
  },
  stop: async () => {},
};

let harness: Harness;
let admin: Harness["admin"];
beforeEach(async () => {
  found = { change: clean, before: clean };
  asked = 0;
  harness = await startHarness({ prover });
  ({ admin } = harness);
  await admin.apply(applyOf(fabricManifests));
  await admin.apply(applyOf(shop()));
});
afterEach(() => harness.stop());

const refusal = async (promise: Promise<unknown>): Promise<unknown> => {
  const failure: unknown = await promise.then(
    () => "it was not refused",
    (error: unknown) => error,
  );
  return isContractsBroken(failure) ? failure : Promise.reject(failure);
};

describe("a change that breaks a contract", () => {
  beforeEach(() => void (found = { change: refuting(clause()), before: clean }));

  test.each<[string, () => Promise<unknown>]>([
    ["apply", () => admin.apply(applyOf(shop(2)))],
    ["scale", () => admin.scale({ service: "shop", tiers: { web: 2 } })],
    ["delete", () => admin.delete({ kind: "Service", name: "shop" })],
    ["undo", () => admin.undo(2)],
  ])("%s is refused, with the counterexample and its place; nothing is stored", async (_, change) => {
    const [changes, { resourceVersion }] = [
      await admin.changes(),
      (await admin.get({ kind: "Service", name: "shop" })).metadata as { resourceVersion?: string },
    ];
    expect(await refusal(change())).toMatchObject({
      code: "NW1313",
      category: "conflict",
      broken: [{ clause: "service/shop public", counterexample: { message: "it can" } }],
      diagnostics: [{ subject: "service/shop", field: "spec.tiers[0]" }],
    });
    expect(await admin.changes()).toEqual(changes);
    expect((await admin.get({ kind: "Service", name: "shop" })).metadata["resourceVersion"]).toBe(resourceVersion);
  });

  test("has the place in the file that was applied", async () => {
    expect(await refusal(admin.apply(applyOf(shop(2))))).toMatchObject({
      diagnostics: [{ source: { file: "test.yaml", line: 10 } }],
      broken: [{ origin: { source: { file: "test.yaml", line: 10 } } }],
    });
  });

  test("is no error as a dry run: its plan has the counterexample", async () => {
    const { plan, change } = await admin.scale({ service: "shop", tiers: { web: 2 } }, { dryRun: true });
    expect(change).toBeNull();
    expect(plan.contracts).toMatchObject({ proved: 3, refuted: 1, broken: [{ clause: "service/shop public" }] });
  });

  test("is none of the next one's business, if that does not touch it", async () => {
    found = { change: refuting(clause()), before: refuting(clause()) };
    const { plan } = await admin.scale({ service: "shop", tiers: { web: 2 } });
    expect(plan.contracts).toMatchObject({ refuted: 1, broken: [] });
  });
});

test("an accepted break is stored with its reason, in the history and as an event; and once only", async () => {
  found = { change: refuting(justified), before: refuting(clause()) };
  const { change } = await admin.scale({ service: "shop", tiers: { web: 2 } });
  const accepted = [{ object: "service/shop", clause: "service/shop public", reason: "a pilot" }];
  expect(change).toMatchObject({ accepted });
  expect((await admin.changes())[0]).toMatchObject({ accepted });
  const events = await admin.events({ for: "service/shop" });
  expect(events.filter(({ reason }) => reason === "ContractOverridden")).toMatchObject([
    { type: "Warning", message: "by admin: service/shop public does not hold: a pilot" },
  ]);
  found = { change: refuting(justified), before: refuting(justified) };
  expect((await admin.scale({ service: "shop", tiers: { web: 3 } })).change).not.toHaveProperty("accepted");
});

test("what is not proved is told, and refuses nothing", async () => {
  found = { change: refuting(clause({ verdict: "NotProved", counterexample: null })), before: clean };
  const { plan, change } = await admin.scale({ service: "shop", tiers: { web: 2 } });
  expect(change).not.toBeNull();
  expect(plan.contracts).toMatchObject({ notProved: 1, unproved: [{ clause: "service/shop public" }] });
});

test("what is wrong with a contract itself refuses it, with its place; old trouble elsewhere does not", async () => {
  const finding = {
    code: "NW1301" as const,
    message: "there is no tier wbe",
    subject: "service/shop",
    field: "spec.tiers[0].name",
  };
  found = { change: { ...clean, findings: [finding] }, before: clean };
  await expect(admin.apply(applyOf(shop(2)))).rejects.toMatchObject({
    code: "NW1301",
    diagnostics: [{ source: { file: "test.yaml", line: 10 } }],
  });
  found = { change: { ...clean, findings: [finding] }, before: { ...clean, findings: [finding] } };
  await admin.apply(applyOf(projectText("team")));
});

test("nothing is proved where nothing would change; before is looked at only where something does not hold", async () => {
  asked = 0;
  expect((await admin.apply(applyOf(shop()))).plan.contracts).toBeUndefined();
  expect(asked).toBe(0);
  await admin.scale({ service: "shop", tiers: { web: 2 } });
  expect(asked).toBe(1);
});

describe("people of a project", () => {
  const elsewhere = clause({
    clause: "contract/pci cards",
    origin: { object: "contract/pci", field: "spec.ensures[0]" },
  });
  const own = clause({
    clause: "team/service/shop public",
    origin: { object: "team/service/shop", field: "spec.tiers[0]" },
  });
  let client: Harness["admin"];
  beforeEach(async () => {
    await admin.apply(applyOf(projectText("team")));
    client = harness.as((await admin.createToken({ name: "t", role: "Editor", project: "team" })).secret);
    await client.apply(applyOf(shopOf("team")));
  });
  const scale = (dryRun: boolean) => client.scale({ project: "team", service: "shop", tiers: { web: 2 } }, { dryRun });

  test("are refused for contracts of others without being told which", async () => {
    found = { change: refuting(elsewhere), before: clean };
    for (const dryRun of [false, true]) {
      const failure = await scale(dryRun).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "NW1313" });
      expect(JSON.stringify(failure)).not.toContain("pci");
      expect((failure as Error).message).toBe("it would break a contract outside of project team");
    }
  });

  test("are told of their own", async () => {
    found = { change: refuting(elsewhere, own), before: clean };
    expect(await refusal(scale(false))).toMatchObject({ broken: [{ clause: "team/service/shop public" }] });
    found = { change: { ...refuting(own), proved: new Map([["", 7]]) }, before: clean };
    expect((await scale(true)).plan.contracts).toMatchObject({ proved: 0, refuted: 1 });
  });

  test("see of a proof what is theirs; overrides of others stand in no history of theirs", async () => {
    expect((await admin.proof()).clauses).toHaveLength(1);
    expect((await client.proof()).clauses).toEqual([]);
    found = { change: refuting({ ...elsewhere, verdict: "Justified", reason: "secret reason" }), before: clean };
    expect(JSON.stringify(await scale(false))).not.toContain("secret reason");
    expect(JSON.stringify(await client.changes())).not.toContain("secret reason");
    expect(JSON.stringify(await admin.changes())).toContain("secret reason");
  });
});
