import type { EgressEntry } from "@netwright/contract";
import { expect, test } from "vitest";
import { idleEgress } from "./idle-egress.ts";

const entry = (to: string, more: Partial<EgressEntry> = {}): EgressEntry => ({
  from: 7,
  source: "2001:db8:100::2" as EgressEntry["source"],
  to: to as EgressEntry["to"],
  protocol: "tcp",
  port: 443,
  origin: { object: "service/shop", field: "spec.egress[0]" },
  ...more,
});

test.each<readonly [string, readonly EgressEntry[], string | undefined, readonly string[]]>([
  ["one alone", [entry("2000::/3")], undefined, []],
  ["a narrow one behind a wide one", [entry("2000::/3"), entry("2001:db8::/32")], "2001:db8::/32", ["2000::/3"]],
  ["a narrow one before a wide one", [entry("2001:db8::/32"), entry("2000::/3")], "2001:db8::/32", ["2000::/3"]],
  ["the same twice", [entry("2000::/3"), entry("2000::/3")], "2000::/3", ["2000::/3"]],
  [
    "one between its halves",
    [entry("2001:db8::/33"), entry("2001:db8::/32"), entry("2001:db8:8000::/33")],
    "2001:db8:8000::/33",
    ["2001:db8::/32"],
  ],
  [
    "one in two that meet in it",
    [entry("2001:db8::/33"), entry("2001:db8:8000::/33"), entry("2001:db8::/32")],
    "2001:db8::/32",
    ["2001:db8::/33", "2001:db8:8000::/33"],
  ],
  ["half of one", [entry("2001:db8::/33"), entry("2001:db9::/33")], undefined, []],
  ["another port", [entry("2000::/3"), entry("2001:db8::/32", { port: 80 })], undefined, []],
  ["another protocol", [entry("2000::/3"), entry("2001:db8::/32", { protocol: "udp" })], undefined, []],
  ["another class", [entry("2000::/3"), entry("2001:db8::/32", { from: 8 })], undefined, []],
  ["a name below another", [entry("*.example.net"), entry("a.example.net")], "a.example.net", ["*.example.net"]],
  ["a name and all addresses", [entry("2000::/3"), entry("a.example.net")], undefined, []],
])("%s", (_, egress, idle, others) => {
  const found = idleEgress(egress);
  expect(found?.entry.to).toBe(idle);
  expect(found?.others.map(({ to }) => to) ?? []).toEqual(others);
});
