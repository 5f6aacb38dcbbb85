import type { FlowChange } from "@netwright/api";
import { parsePrefix, prefixContains, type Ipv6 } from "@netwright/base";
import { expect, test } from "vitest";
import { planOf } from "../plan.ts";
import { fabric, inner, objectsOf, start, step } from "../testing.ts";

const jobs = (...egress: readonly string[]): string =>
  `${inner("jobs")}  egress: [${egress.map((rule) => `{ from: main, ${rule} }`).join(", ")}]\n`;

/** From these rules to those. */
function flows(before: readonly string[], after: readonly string[]): readonly FlowChange[] {
  const [old, next] = [objectsOf(fabric(2), jobs(...before)), objectsOf(fabric(2), jobs(...after))];
  const { ledger, observed } = step(old);
  return planOf({ before: old, after: next, ledger, observed, now: start }).flows;
}

const text = ({ change, from, to, protocol, port }: FlowChange): string =>
  `${change} ${from} -> ${to} ${protocol}/${port}`;

const campus = 'to: "2001:db8:f::/48", port: 443';
const everywhere = 'to: "2000::/3", port: 443';

test("a rule opens what it leads to, and its end closes it, each with a packet", () => {
  const opened = flows([], [campus]);
  expect(opened.map(text)).toEqual(["Opened jobs/main -> 2001:db8:f::/48 tcp/443"]);
  expect(opened[0]).toMatchObject({
    example: { destination: "2001:db8:f::1", destinationPort: 443, protocol: "tcp" },
    origin: { object: "service/jobs", field: "spec.egress[0]" },
  });
  expect(flows([campus], []).map(text)).toEqual(["Closed jobs/main -> 2001:db8:f::/48 tcp/443"]);
});

test("what a wider rule adds is shown by a packet that the narrower one did not let out", () => {
  const [opened, ...more] = flows([campus], [everywhere]);
  expect(more).toEqual([]);
  expect(opened).toMatchObject({ change: "Opened", to: "internet" });
  expect(prefixContains(parsePrefix("2001:db8:f::/48"), opened?.example.destination as Ipv6)).toBe(false);
  expect(flows([everywhere], [campus]).map(text)).toEqual(["Closed jobs/main -> internet tcp/443"]);
});

test("a rule within another one opens nothing, and neither does one by name", () => {
  expect(flows([everywhere], [everywhere, campus, "to: api.example.net, port: 443"])).toEqual([]);
});

test("another port, protocol or name is another flow", () => {
  expect(flows([campus], [campus, 'to: "2001:db8:f::/48", port: 443, protocol: UDP']).map(text)).toEqual([
    "Opened jobs/main -> 2001:db8:f::/48 udp/443",
  ]);
  const [byName] = flows([], ['to: "*.example.net", port: 443']);
  expect(byName).toMatchObject({ to: "*.example.net", example: { name: "any.example.net" } });
});
