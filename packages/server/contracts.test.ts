/** Contracts over their whole life: applied, read, changed, undone, deleted, and what stands in the way of it. */
import { decodeManifest, encodeObject, type Client } from "@netwright/api";
import type { NetwrightError } from "@netwright/base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyOf } from "./testing/harness.ts";
import { shopOf, startTwoProjects, type TwoProjects } from "./testing/two-projects.ts";

let site: TwoProjects;
let admin: Client;
beforeEach(async () => {
  site = await startTwoProjects();
  ({ admin } = site.harness);
});
afterEach(() => site.harness.stop());

const contract = (clauses: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Contract
metadata: { name: site }
spec: { ensures: [${clauses}] }
`;
const hidden = "{ name: hidden, from: internet, cannotReach: { project: team, tier: web } }";
const apart =
  '{ from: 2001:DB8:5::/48, cannotReach: { project: team, service: shop }, ports: [1, "5-9"], protocol: UDP }';

const refusal = async (promise: Promise<unknown>): Promise<readonly string[]> =>
  promise.then(
    () => [],
    (failure: unknown) =>
      (failure as NetwrightError).diagnostics.map(({ code, subject, message }) => `${code} ${subject}: ${message}`),
  );
const ref = { kind: "Contract", name: "site" } as const;

test("what is read is what was written, and can be applied again without a change", async () => {
  await admin.apply(applyOf(contract(`${hidden}, ${apart}`)));
  const read = await admin.get(ref);
  expect(read.spec).toEqual({
    ensures: [
      { name: "hidden", from: "internet", cannotReach: { project: "team", tier: "web" } },
      {
        from: "2001:db8:5::/48",
        cannotReach: { project: "team", service: "shop" },
        ports: [1, "5-9"],
        protocol: "UDP",
      },
    ],
  });
  const again = decodeManifest(read);
  expect(again.ok && encodeObject(again.object).spec).toEqual(read.spec);
  const { plan } = await admin.apply({ objects: [{ object: read, sources: {} }] });
  expect(plan.objects).toMatchObject([{ object: "contract/site", change: "Unchanged" }]);
});

test("a change of a clause is told by its field, undone as any other, and it is deleted", async () => {
  await admin.apply(applyOf(contract(hidden)));
  const edit = contract(hidden.replace("team, tier: web", "canary, tier: main"));
  const { change, plan } = await admin.apply(applyOf(edit));
  expect(plan.objects).toMatchObject([{ object: "contract/site", change: "Update" }]);
  await admin.undo(change?.id ?? 0);
  expect((await admin.get(ref)).spec).toMatchObject({ ensures: [{ cannotReach: { project: "team", tier: "web" } }] });
  await admin.deleteAll({ objects: [ref] });
  expect(await refusal(admin.get(ref))).toEqual(["NW1501 contract/site: there is no contract/site"]);
});

test("names that there are not are refused, and what it names is not deleted", async () => {
  const unknown = contract("{ from: internet, cannotReach: { project: team, service: shpo } }");
  expect(await refusal(admin.apply(applyOf(unknown)))).toEqual([
    "NW1301 contract/site: there is no Service shpo in project team",
  ]);
  await admin.apply(applyOf(contract(apart)));
  expect(await refusal(admin.deleteAll({ objects: [{ kind: "Service", name: "shop", project: "team" }] }))).toEqual([
    "NW1303 team/service/shop: team/service/shop is still used by contract/site (spec.ensures[0].cannotReach.service)",
  ]);
});

test("people of a project neither see nor write it, and their own contracts speak of their project alone", async () => {
  await admin.apply(applyOf(contract(hidden)));
  const team = site.harness.as(await site.token("Admin", "team"));
  expect(await refusal(team.get(ref))).toEqual([expect.stringMatching(/^NW1504 /)]);
  expect(await refusal(team.apply(applyOf(contract(apart))))).toEqual([
    "NW1504 contract/site: this token does not allow changing contract/site",
  ]);
  const own = shopOf("team").replace(
    /^spec:\n/m,
    "spec:\n  contract: { ensures: [{ from: { project: canary, tier: web }, cannotReach: web }] }\n",
  );
  expect(() => applyOf(own)).toThrow("a Service speaks of its own project alone");
});
