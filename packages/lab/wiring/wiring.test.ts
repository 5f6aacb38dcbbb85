import { expect, test } from "vitest";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import { wiringText } from "./ip-text.ts";
import { sysctlsOf } from "./sysctls.ts";

const topology = planLab(defaultLab({ hosts: 1 }));

test("the wiring of the default lab", async () => {
  await expect(wiringText(topology)).toMatchFileSnapshot("golden/wiring.txt");
});
test("only nodes that route forward packets", () => {
  const forwarding = topology.nodes.filter((node) => sysctlsOf(node).some(([path]) => path.endsWith("/forwarding")));
  expect(forwarding.map(({ name }) => name)).toEqual(["provider", "edge1", "edge2", "host1"]);
});
