/** What a workload was refused outside is told by name where its resolver has answered one, with the rule that would allow it. */
import type { Instant } from "@netwright/base";
import type { ClassEntry } from "@netwright/compiler";
import type { AnsweredAddress, DeniedFlow } from "@netwright/contract";
import { expect, test } from "vitest";
import type { World } from "../control/world.ts";
import type { Reports } from "../state/reports.ts";
import { droppedFlows } from "./flows.ts";

const worker: ClassEntry = {
  kind: "Class",
  project: "default",
  network: "jobs",
  service: "jobs",
  tier: "worker",
  id: 7,
};
const sources = { "spec.tiers": { file: "jobs.yaml", line: 6 }, "spec.egress": { file: "jobs.yaml", line: 12 } };
const worldWith = (egress: readonly object[]): World =>
  ({
    ledger: new Map([["class", worker]]),
    items: new Map([
      [
        "Service/default/jobs",
        {
          object: { kind: "Service", metadata: { name: "jobs", project: "default" }, spec: { egress } },
          sources,
        },
      ],
    ]),
  }) as unknown as World;

const address = "2001:db8:f::2";
const denied = (more: object = {}): DeniedFlow =>
  ({ from: 7, to: 0, protocol: "tcp", port: 443, packets: 1, bytes: 60, destination: address, ...more }) as DeniedFlow;
const answer = (name: string, live: boolean, more: object = {}): AnsweredAddress =>
  ({ name, address, live, ...more }) as AnsweredAddress;

function hintOf(answered: readonly AnsweredAddress[] | undefined, flow = denied(), egress: readonly object[] = [{}]) {
  const network = { project: "default", name: "jobs", denied: [flow], ...(answered && { answered }) };
  const heard = { report: { node: "host1", networks: [network] }, at: 0 as Instant, deniedAt: new Map() };
  const reports = { all: () => [heard] } as unknown as Reports;
  return droppedFlows(worldWith(egress), reports)[0];
}
const add = (to: string, more = ""): string =>
  `add { from: worker, to: "${to}", port: 443${more} } to spec.egress of service/jobs`;

test("an address without a name is told as such", () => {
  expect(hintOf(undefined)).toMatchObject({
    from: "jobs/worker",
    to: "outside",
    destination: address,
    hint: {
      text: `no rule allows it: ${add(`${address}/128`)}`,
      origin: { object: "service/jobs", field: "spec.egress", source: { file: "jobs.yaml", line: 12 } },
    },
  });
  expect(hintOf([answer("other.example.net", true, { address: "2001:db8:f::3" })])?.hint.text).toContain(`/128"`);
});

test("one with a name is told by it, also over UDP", () => {
  const answered = [answer("api.example.net", true)];
  expect(hintOf(answered)?.hint.text).toBe(`no rule allows it: ${add("api.example.net")}`);
  expect(hintOf(answered, denied({ protocol: "udp" }))?.hint.text).toBe(
    `no rule allows it: ${add("api.example.net", ", protocol: UDP")}`,
  );
});

test("a name whose time is over is to be looked up again; one that is good still is told before it", () => {
  const over = answer("a.example.net", false);
  expect(hintOf([over])?.hint.text).toBe(
    `it was an address of a.example.net lately: look the name up again, and where no rule is for this port ${add("a.example.net")}`,
  );
  expect(hintOf([over, answer("b.example.net", true)])?.hint.text).toBe(`no rule allows it: ${add("b.example.net")}`);
});

test("what is not in the internet no rule can allow, whatever name it has", () => {
  const inside = "fd00::80";
  const hint = hintOf([answer("api.example.net", true, { address: inside })], denied({ destination: inside }))?.hint;
  expect(hint).toEqual({ text: `${inside} is not in the internet: no rule can allow it`, origin: null });
});

test("without a rule yet the place is that of the tiers", () => {
  expect(hintOf([answer("api.example.net", true)], denied(), [])?.hint.origin?.source?.line).toBe(6);
});

test("of a class that is gone nothing can be added", () => {
  expect(hintOf([answer("api.example.net", true)], denied({ from: 9 }))).toMatchObject({
    from: "class 9",
    hint: { text: "its service is gone", origin: null },
  });
});
