import type { ConnectionTrace, TraceHop } from "@netwright/api";
import { expect, test } from "vitest";
import { renderTrace } from "./trace.ts";

const hop = (place: string, step: string, more: Partial<TraceHop> = {}): TraceHop => ({
  place,
  step,
  detail: "",
  findings: [],
  ...more,
});

test("one line a hop, the rule and what is wrong below it, the verdict last", () => {
  const source = { file: "shop.yaml", line: 8, column: 3 };
  const trace: ConnectionTrace = {
    verdict: "Broken",
    reason: "host1: bgp: no session with edge1",
    hops: [
      hop("internet1", "looks shop.example.net up", { detail: "2001:db8:100::1" }),
      hop("host1", "to the uplink of web", {
        rule: { object: "service/shop", field: "spec.expose[0]", source },
        findings: ["bgp: no session with edge1"],
      }),
    ],
  };
  expect(renderTrace(trace)).toBe(`1  internet1  looks shop.example.net up (2001:db8:100::1)
2  host1      to the uplink of web
              by service/shop spec.expose[0], shop.yaml:8
              ! bgp: no session with edge1
does not get through as it should: host1: bgp: no session with edge1
`);
});

test("ways of equal cost are alternatives, not one after the other", () => {
  const hops = [
    hop("provider", "route"),
    hop("edge1", "route"),
    hop("edge2", "route", { insteadOf: "edge1" }),
    hop("host1", "in"),
  ];
  expect(renderTrace({ verdict: "Delivered", reason: "it arrives", hops })).toBe(` 1  provider  route
 2  edge1     route
or  edge2     route
 3  host1     in
gets through: it arrives
`);
});

test("numbers of ten hops stay aligned; a rule of no manifest has no line", () => {
  const hops = Array.from({ length: 10 }, () => hop("h", "s", { rule: { object: "network/web", field: "spec" } }));
  const lines = renderTrace({ verdict: "Delivered", reason: "web receives it", hops }).split("\n");
  expect([lines[0], lines[1], lines[18]]).toEqual([" 1  h  s", "       by network/web spec", "10  h  s"]);
  expect(lines[20]).toBe("gets through: web receives it");
});
