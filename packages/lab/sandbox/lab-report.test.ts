import { kinds, type Lab } from "@netwright/api";
import { expect, test } from "vitest";
import { planLab } from "../topology/plan-lab.ts";
import { LabReport } from "./lab-report.ts";

const topology = planLab(
  kinds.Lab.complete(
    kinds.Lab.schema.parse({
      apiVersion: "netwright.dev/v1alpha1",
      kind: "Lab",
      metadata: { name: "t" },
      spec: {
        nodes: ["a", "b"].map((name) => ({ name, role: "Linux" })),
        links: [{ ends: [{ node: "a" }, { node: "b" }] }],
      },
    }),
  ) as Lab,
);

function told(...lines: readonly string[]): LabReport {
  const report = new LabReport(topology, "/log");
  for (const line of lines) report.hear(line);
  report.end();
  return report;
}

test("a lab that comes up is told step by step", async () => {
  const report = told("sandbox", "nodes", "node b 20 2000 3", "node a 10 1000 2");
  await report.sandbox;
  await report.nodes;
  expect(await report.wired).toEqual({
    a: { machine: { pid: 10, startTicks: 1000 }, pidInSandbox: 2 },
    b: { machine: { pid: 20, startTicks: 2000 }, pidInSandbox: 3 },
  });
});

test.each([
  [[], "the sandbox cannot be built"],
  [["sandbox", "nodes", "node a 10 1000 2"], "not started: b"],
  [["sandbox", "failed b /proc/sys/net/x: No such file"], "b: /proc/sys/net/x: No such file"],
  [
    ["sandbox", "nodes", "failed - refused links 1 File exists (already there)"],
    "the kernel refused link add name b address 0a:00:00:00:00:01 mtu 1500 netns a type veth peer name a address 0a:01:00:00:00:01 mtu 1500 netns b: File exists (already there)",
  ],
  [
    ["sandbox", "nodes", "failed b refused after 2 Permission denied", "failed a later"],
    "b: the kernel refused addr add fd00:0:0:2::3/127 dev a nodad: Permission denied",
  ],
])("%j", async (lines, message) => {
  await expect(told(...lines).wired).rejects.toMatchObject({ code: "NW1703", message });
});

test("who waits for the sandbox alone hears when it does not come", async () => {
  await expect(told("failed - mount /: Permission denied").sandbox).rejects.toThrow("mount /: Permission denied");
});
