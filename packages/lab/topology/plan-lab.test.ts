import { isNetwrightError, NetwrightError } from "@netwright/base";
import { kinds, type Lab } from "@netwright/api";
import { describe, expect, test } from "vitest";
import { defaultLab } from "./default-lab.ts";
import { fabricObjects } from "./fabric.ts";
import { findLink, findNode } from "./find.ts";
import { planLab } from "./plan-lab.ts";

function labOf(nodes: readonly object[], links: readonly object[]): Lab {
  const object = {
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Lab",
    metadata: { name: "t" },
    spec: { nodes, links },
  };
  return kinds.Lab.complete(kinds.Lab.schema.parse(object)) as Lab;
}

function errorOf(action: () => unknown): NetwrightError {
  try {
    action();
  } catch (error) {
    if (isNetwrightError(error)) return error;
    throw error;
  }
  throw new NetwrightError("NW1801", "nothing was thrown");
}

describe("the default lab", () => {
  const topology = planLab(defaultLab());
  test("is planned as the golden says", async () => {
    await expect(`${JSON.stringify(topology, undefined, 1)}\n`).toMatchFileSnapshot("golden/default-topology.json");
    await expect(`${JSON.stringify(fabricObjects(topology), undefined, 1)}\n`).toMatchFileSnapshot(
      "golden/default-fabric.json",
    );
  });
  test("speaks BFD the more seldom the more hosts share the machine", () => {
    const intervalOf = (hosts: number) =>
      fabricObjects(planLab(defaultLab({ hosts }))).flatMap((object) =>
        object.kind === "Router" && object.spec.managed ? [object.spec.bfd?.interval] : [],
      );
    expect(intervalOf(2)).toEqual([100, 100]);
    expect(intervalOf(41)).toEqual([150, 150]);
    expect(intervalOf(100)).toEqual([250, 250]);
  });
  test("has no address, MAC or interface twice", () => {
    const ports = planLab(defaultLab({ hosts: 200 })).links.flatMap(({ ends }) => ends);
    const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
    const addresses = ports.flatMap(({ address }) => address ?? []);
    expect(unique(addresses)).toBe(true);
    expect(unique(ports.map(({ mac }) => mac))).toBe(true);
    expect(unique(ports.map((port) => `${port.node}:${port.interface}`))).toBe(true);
    expect(ports).toHaveLength(2 * (12 + 600));
  });
  test("one host more changes nothing for the others", () => {
    const more = planLab(defaultLab({ hosts: 4 }));
    const strip = (node: object) => ({ ...node, ports: undefined, neighbors: undefined });
    expect(more.nodes.slice(0, -1).map(strip)).toEqual(topology.nodes.map(strip));
    expect(more.links.slice(0, topology.links.length)).toEqual(topology.links);
  });
  test.each([0, 201, 1.5])("%s hosts are refused", (hosts) => {
    expect(errorOf(() => defaultLab({ hosts })).code).toBe("NW1001");
  });
});

describe("a lab of one's own", () => {
  const pair = [
    { name: "a", role: "Linux" },
    { name: "b", role: "Linux" },
  ];
  const ends = [{ node: "a" }, { node: "b" }];
  test("names a second interface to the same node, and keeps out of the way of written ones", () => {
    const written = { name: "z", ends: [{ node: "a", interface: "b" }, { node: "b" }] };
    const topology = planLab(labOf(pair, [{ ends }, { name: "y", ends }, written]));
    const shown = topology.links.map((link) => link.ends.map((end) => `${end.node}:${end.interface}`).join(" "));
    expect(shown).toEqual(["a:b-2 b:a", "a:b-3 b:a-2", "a:b b:a-3"]);
  });
  test("takes written addresses and host numbers", () => {
    const hosts = [
      { name: "x", role: "Host" },
      { name: "y", role: "Host", id: 1 },
    ];
    const link = { ends: [{ node: "x", address: "fd00::7" }, { node: "y" }] };
    const topology = planLab(labOf(hosts, [link]));
    expect(topology.nodes.map(({ host }) => host?.id)).toEqual([2, 1]);
    expect(topology.nodes[1]?.neighbors[0]?.address).toBe("fd00::7");
  });
  test("says everything that cannot be built, at once", () => {
    const nodes = [...pair, { name: "c", role: "Control" }, { name: "d", role: "Control" }];
    const error = errorOf(() => planLab(labOf(nodes, [{ ends: [{ node: "a", interface: "lo" }, { node: "b" }] }])));
    expect(error.diagnostics.map(({ code, field }) => `${code} ${field}`)).toEqual([
      "NW1205 spec.nodes[3].role",
      "NW1203 spec.links[0].ends[0].interface",
    ]);
  });
  test("finds nodes and links by what people type, and lists what there is otherwise", () => {
    const topology = planLab(labOf(pair, [{ ends }]));
    expect(findNode(topology, "a").name).toBe("a");
    expect(["a-b", "b-a", "a:b", "b:a"].map((text) => findLink(topology, text).end.node)).toEqual(["a", "b", "a", "b"]);
    expect(errorOf(() => findNode(topology, "q")).diagnostics[0]).toMatchObject({
      code: "NW1701",
      hint: "its nodes: a, b",
    });
    expect(errorOf(() => findLink(topology, "q")).diagnostics[0]).toMatchObject({
      code: "NW1701",
      hint: "its links: a-b",
    });
  });
});
