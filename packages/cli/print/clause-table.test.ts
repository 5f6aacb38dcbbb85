import { expect, test } from "vitest";
import { wireObject } from "../testing/objects.ts";
import { clauseTable } from "./clause-table.ts";
import { renderDescription } from "./description.ts";

const contract = wireObject("Contract", "site", {
  metadata: { labels: {}, annotations: {} },
  spec: {
    ensures: [{ name: "hidden", from: "internet", cannotReach: { tier: "db" } }],
    invariants: [
      {
        from: "internet",
        canReach: { service: "shop" },
        ports: [443],
        despite: "host-loss",
        monitor: { every: "10s" },
      },
    ],
    justified: [{ clause: "hidden", reason: "a test" }],
  },
});

test("what each clause says, when, how often it is looked at, and why it may be refuted", () => {
  expect(clauseTable(contract))
    .toBe(`CLAUSE         WHAT HOLDS                                                                 WHEN           MONITOR    ACCEPTED
hidden         internet cannot reach db                                                   after changes  -          a test
invariants[0]  internet can reach shop at TCP port 443, despite the loss of any one host  always         every 10s  -
`);
});

test("it is part of a description", () => {
  expect(renderDescription(contract, [])).toContain("contract\n  CLAUSE ");
});

test("most objects have none", () => {
  expect(clauseTable(wireObject("Network", "web", { spec: {} }))).toBe("");
});
