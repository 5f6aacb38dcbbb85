import { expect, test } from "vitest";
import { wireObject } from "../testing/objects.ts";
import { answerTable } from "./answer-table.ts";

const service = wireObject("Service", "jobs", {
  metadata: { project: "team" },
  spec: {
    network: "jobs",
    egress: [
      { from: "worker", to: "*.example.net", port: 443, protocol: "TCP" },
      { from: "other", to: "example.org", port: 443, protocol: "TCP" },
      { from: "worker", to: "2001:db8:f::/48", port: 443, protocol: "TCP" },
    ],
  },
  status: {
    instances: [
      { id: "jobs-worker-1", tier: "worker", host: "host1" },
      { id: "jobs-other-1", tier: "other", host: "host2" },
    ],
  },
});
const answer = (more: object) => ({
  host: "host1",
  project: "team",
  network: "jobs",
  name: "api.example.net",
  address: "2001:db8:f::2",
  ...more,
});

test("addresses are told with their time, where a tier of the rule runs", () => {
  const rows = [
    answer({ left: 84_100 }),
    answer({ name: "*.example.net", address: "2001:db8:f::3" }),
    answer({ name: "example.org", host: "host2", left: 900 }),
  ];
  expect(answerTable(service, rows)).toBe(`\
NAME             ADDRESS        HOST   LEFT
api.example.net  2001:db8:f::2  host1  1 min 25 s
*.example.net    2001:db8:f::3  host1  -
example.org      2001:db8:f::2  host2  1.00 s
`);
});

test.each([
  { host: "host2" },
  { network: "web" },
  { project: "other" },
  { name: "example.net" },
  { name: "example.com" },
])("%j is nothing that a rule of the service leads to", (more) => {
  expect(answerTable(service, [answer(more)])).toBe("");
});
