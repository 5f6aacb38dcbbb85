import { describe, expect, test } from "vitest";
import { defaultLab } from "../topology/default-lab.ts";
import { planLab } from "../topology/plan-lab.ts";
import { cutDevices, renderCut, renderHeal } from "./cut-rules.ts";
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

describe("cut rules", () => {
  const listed = (devices: readonly string[]): string =>
    `table netdev other {\n\tchain in-not {\n\t}\n}\ntable netdev netwright_lab_cut {\n${devices
      .map(
        (device) =>
          `\tchain in-${device} {\n\t\ttype filter hook ingress device "${device}" priority -500; policy drop;\n\t}\n`,
      )
      .join("\n")}}\n`;
  test("are read back for their own table alone", () => {
    expect(cutDevices(listed(["edge1", "host-2"]))).toEqual(["edge1", "host-2"]);
    expect(cutDevices("")).toEqual([]);
  });
  test("drop both ways and take the table away with the last device", () => {
    expect(renderCut("edge1")).toContain('hook egress device "edge1" priority -500; policy drop;');
    expect(renderHeal("edge1", ["edge1"])).toBe("delete table netdev netwright_lab_cut\n");
    expect(renderHeal("edge1", ["edge1", "edge2"])).not.toContain("delete table");
  });
});
