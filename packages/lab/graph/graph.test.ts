import { expect, test } from "vitest";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import { faultsToDraw } from "./faults.ts";
import { drawGraph } from "../verbs/graph.ts";

test.each([3, 100])("the default lab with %i hosts, drawn", async (hosts) => {
  const topology = planLab(defaultLab({ hosts }));
  await expect(drawGraph(topology, "text", [{ subject: "edge1-host2", effect: "cut" }])).toMatchFileSnapshot(
    `golden/default-${hosts}.txt`,
  );
});

test("for Graphviz, with cut links dashed", async () => {
  await expect(
    drawGraph(planLab(defaultLab()), "dot", [{ subject: "edge1-host2", effect: "cut" }]),
  ).toMatchFileSnapshot("golden/default.dot");
});

test("faults stand at what they happen to", () => {
  const topology = planLab(defaultLab());
  const faults = faultsToDraw(topology, [
    { description: "edge1-host2: loss 10%, from edge1", fault: { link: "edge1:host2" }, state: "Active" },
    { description: "host1: paused", fault: { node: "host1" }, state: "Active" },
    { description: "host3: paused", fault: { node: "host3" }, state: "Ended" },
    { description: "partition: host1 | host2", fault: {}, state: "Active" },
  ]);
  expect(drawGraph(topology, "text", faults).split("\n").slice(-4)).toEqual([
    "edge1-host2: loss 10%, from edge1",
    "host1: paused",
    "partition: host1 | host2",
    "",
  ]);
  const dot = drawGraph(topology, "dot", faults);
  expect(dot).toContain('"host1" [shape=box, tooltip="Host", style=dashed, color=red, xlabel="paused"]');
  expect(dot).toContain('headlabel="edge1", style=dashed, color=red, xlabel="loss 10%, from edge1"]');
});
