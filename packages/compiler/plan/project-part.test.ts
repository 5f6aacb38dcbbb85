import { expect, test } from "vitest";
import { planOf } from "../plan.ts";
import { allReady, fabric, inner, objectsOf, shop, start } from "../testing.ts";
import { emptyLedger } from "../ledger.ts";

const team = shop().replace("name: shop }", "name: shop, project: team }");
const theirs = team.replaceAll("team", "canary").replaceAll("shop", "canary-shop");
const before = objectsOf(fabric(2));
// The same step makes a host known and another project's service, so that all of the site changes.
const stored = inner("canary-data", { project: "canary" }).replace(
  "port:",
  "volumes: [{ name: canary, path: /data, size: 1Gi }], port:",
);
const after = objectsOf(
  fabric(3),
  team,
  theirs,
  stored,
  inner("canary-db", { project: "canary", network: "canary-net" }),
);

const plan = (project: string | null) =>
  planOf({ before, after, ledger: emptyLedger, observed: allReady(after, emptyLedger), now: start, project });

test("a plan for people of one project has their networks, addresses, instances and flows, and nothing else", () => {
  const [own, whole] = [plan("team"), plan(null)];
  const parts = ({ addresses, placements, nodes, flows }: typeof own): string =>
    JSON.stringify({ addresses, placements, nodes, flows });
  expect(parts(whole)).toMatch(/canary.*BGP|BGP.*canary/s);
  expect(parts(whole)).toContain("volume canary/canary-data-");
  expect(parts(own)).not.toMatch(/canary|BGP|underlay|pool 2001/);
  expect(own.addresses).toEqual([{ object: "team/service/shop", address: expect.any(String), pool: "default" }]);
  expect(own.placements).toHaveLength(3);
  expect(own.flows.filter(({ to }) => !to.startsWith("team/"))).toEqual([]);
  expect(own.flows.length).toBeGreaterThan(0);
  const lines = own.nodes.flatMap((node) => node.lines.map(({ text }) => text));
  expect(lines).toContainEqual(expect.stringMatching(/^network team\/web/));
  expect(lines.filter((text) => text.startsWith("announce"))).toEqual([`announce ${own.addresses[0]?.address}/128`]);
});
