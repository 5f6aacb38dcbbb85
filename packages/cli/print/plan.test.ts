import type { Plan } from "@netwright/api";
import { expect, test } from "vitest";
import { isEmptyPlan, renderPlan, summaryOf } from "./plan.ts";

const nothing: Plan = { objects: [], addresses: [], placements: [], replaced: [], nodes: [], flows: [] };

const packet = {
  source: "2001:db8:f::1",
  sourcePort: 40_000,
  destination: "2001:db8:100::1",
  destinationPort: 443,
  protocol: "tcp",
} as const;
const flow = { from: "internet", to: "shop/proxy", protocol: "tcp", port: 443, example: packet } as const;
const origin = { object: "service/shop", field: "spec.expose[0]" };

test("unchanged objects alone are an empty plan", () => {
  expect(isEmptyPlan({ ...nothing, objects: [{ change: "Unchanged", object: "service/shop", fields: [] }] })).toBe(
    true,
  );
  expect(isEmptyPlan({ ...nothing, objects: [{ change: "Delete", object: "service/shop", fields: [] }] })).toBe(false);
});

test("sections, aligned, and those without rows left out", () => {
  const plan: Plan = {
    ...nothing,
    objects: [
      { change: "Create", object: "service/shop", fields: [] },
      { change: "Update", object: "host/host1", fields: ["spec.mtu", "spec.paused"] },
    ],
    addresses: [{ object: "service/shop", address: "2001:db8:100::1", pool: "default" }],
    nodes: [
      {
        node: "host1",
        role: "Host",
        lines: [
          { change: "+", text: "network web" },
          { change: "~", text: "MTU 1400" },
        ],
      },
    ],
    flows: [
      { ...flow, change: "Opened", origin },
      { ...flow, change: "Closed", port: 80, origin },
    ],
  };
  expect(renderPlan(plan)).toBe(`objects
  service/shop  create
  host/host1    update  spec.mtu, spec.paused

addresses
  service/shop  2001:db8:100::1  from pool default

flows
  +  internet -> shop/proxy  tcp/443  for example [2001:db8:f::1]:40000 -> [2001:db8:100::1]:443
  -  internet -> shop/proxy  tcp/80   for example [2001:db8:f::1]:40000 -> [2001:db8:100::1]:443

host host1
  + network web
  ~ MTU 1400

1 to create, 1 to update, 0 to delete, 0 unchanged; 1 node changes; 1 flow opened, 1 closed
`);
});

test("the summary of nothing", () => {
  expect(summaryOf(nothing)).toBe(
    "0 to create, 0 to update, 0 to delete, 0 unchanged; 0 nodes change; 0 flows opened, 0 closed",
  );
});
