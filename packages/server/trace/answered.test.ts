import type { HostState } from "@netwright/contract";
import { expect, test } from "vitest";
import { traceUnanswered } from "./answered.ts";

const origin = { object: "service/jobs", field: "spec.egress[0]" };
const stateWith = (...to: readonly string[]): HostState =>
  ({
    node: "host1",
    networks: [
      {
        project: "default",
        name: "jobs",
        workloads: [{ id: "jobs-worker-1", class: 1 }],
        egress: to.map((each) => ({
          from: 1,
          source: "2001:db8:100::1",
          to: each,
          protocol: "tcp",
          port: 443,
          origin,
        })),
      },
    ],
  }) as unknown as HostState;
const question = { project: "default", instance: "jobs-worker-1", protocol: "tcp", port: 443 } as const;
const traced = (name: string, ...to: readonly string[]) => traceUnanswered([stateWith(...to)], { ...question, name });

test("a name that a rule is about gets through once it is looked up", () => {
  expect(traced("api.example.net", "*.example.net")).toMatchObject({ verdict: "Delivered", hops: [{ rule: origin }] });
});

test("a name without a rule does not, and one by prefix is pointed at", () => {
  expect(traced("api.example.org", "*.example.net").reason).toMatch(/no rule by name leads to tcp port 443 there$/);
  expect(traced("api.example.org", "2000::/3")).toMatchObject({
    verdict: "Dropped",
    reason: expect.stringContaining("one by prefix leads to 2000::/3: trace to the address of api.example.org instead"),
  });
});
