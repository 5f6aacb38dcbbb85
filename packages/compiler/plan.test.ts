import type { Plan } from "@netwright/api";
import { expect, test } from "vitest";
import { emptyLedger } from "./ledger.ts";
import { nothingObserved } from "./observed.ts";
import { planOf } from "./plan.ts";
import { fabric, inner, objectsOf, shop, start, step } from "./testing.ts";

/** A plan as a story to review. */
function print(title: string, { objects, addresses, placements, nodes, flows }: Plan): string {
  const lines = [
    ...objects.map(
      ({ change, object, fields }) =>
        `${change.toLowerCase()} ${object}${fields.length > 0 ? `: ${fields.join(", ")}` : ""}`,
    ),
    ...addresses.map(({ object, address, pool }) => `address ${object} ${address} of ${pool}`),
    ...placements.map(({ instance, host, reason }) => `place ${instance} on ${host}: ${reason}`),
    ...nodes.flatMap(({ node, lines: all }) => [`${node}:`, ...all.map(({ change, text }) => `  ${change} ${text}`)]),
    ...flows.map(({ change, from, to, protocol, port, example, origin }) => {
      const packet = `[${example.source}]:${example.sourcePort} > [${example.destination}]:${example.destinationPort}`;
      return `${change.toLowerCase()} ${from} -> ${to} ${protocol}/${port}: ${packet} (${origin.object} ${origin.field})`;
    }),
  ];
  return `# ${title}\n${lines.join("\n")}\n`;
}

test("the plans of a service's life", async () => {
  const empty = objectsOf(fabric(3));
  const story: string[] = [];
  let before = { objects: empty, ledger: emptyLedger, observed: nothingObserved };
  const allow = inner("db", { allow: "[{ from: { service: shop, tier: web }, to: main }]" });
  const chapters: readonly (readonly [string, readonly string[]])[] = [
    ["a shop is applied", [shop()]],
    ["the same again", [shop()]],
    ["its web tier grows to two", [shop({ web: 2 })]],
    ["a database allows it", [shop({ web: 2 }), allow]],
    ["the database no longer does", [shop({ web: 2 }), inner("db")]],
    ["the web tier is replaced", [shop({ web: 2 }).replace("8080", "8081"), inner("db")]],
    ["the shop is deleted", [inner("db")]],
  ];
  for (const [title, manifests] of chapters) {
    const after = objectsOf(fabric(3), ...manifests);
    story.push(
      print(
        title,
        planOf({ before: before.objects, after, ledger: before.ledger, observed: before.observed, now: start }),
      ),
    );
    for (let count = 0; count < 4; count++) before = step(after, before.ledger, before.observed);
  }
  await expect(story.join("\n")).toMatchFileSnapshot("testdata/plans.txt");
});

test("objects that are named and stay as they are stand in the plan, others do not", () => {
  const objects = objectsOf(fabric(1), shop());
  const { ledger, observed } = step(objects);
  const plan = planOf({
    before: objects,
    after: objectsOf(fabric(1), shop()),
    ledger,
    observed,
    now: start,
    named: new Set(["service/shop"]),
  });
  expect(plan).toEqual({
    objects: [{ change: "Unchanged", object: "service/shop", fields: [] }],
    addresses: [],
    placements: [],
    replaced: [],
    nodes: [],
    flows: [],
  });
});

test("a new host shows on every other node", () => {
  const { ledger, observed } = step(objectsOf(fabric(1)));
  const plan = planOf({ before: objectsOf(fabric(1)), after: objectsOf(fabric(2)), ledger, observed, now: start });
  expect(plan.nodes.map(({ node }) => node)).toEqual(["edge1", "edge2", "host1", "host2"]);
  expect(plan.nodes[0]?.lines).toEqual([{ change: "+", text: "BGP host host2, AS 4200000002 at fd00::2:1:2:0:1" }]);
  expect(plan.nodes[2]?.lines).toEqual([{ change: "+", text: "underlay: VXLAN from fd00:0:0:1::2" }]);
});
