import { expect, test } from "vitest";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import { drawGraph } from "../verbs/graph.ts";

test.each([3, 100])("the default lab with %i hosts, drawn", async (hosts) => {
  const topology = planLab(defaultLab({ hosts }));
  await expect(drawGraph(topology, "text", ["edge1-host2"])).toMatchFileSnapshot(`golden/default-${hosts}.txt`);
});

test("for Graphviz, with cut links dashed", async () => {
  await expect(drawGraph(planLab(defaultLab()), "dot", ["edge1-host2"])).toMatchFileSnapshot("golden/default.dot");
});
