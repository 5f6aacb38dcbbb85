import { expect, test } from "vitest";
import { parseManifests, type LoadedObject } from "./parse-manifests.ts";
import { nearestSource, sourcesOf, toApplyObject } from "./sources.ts";
import { applyRequestSchema } from "../wire/apply.ts";

const text = `# a comment first
---
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose:
    - { hostname: shop.example.net, protocol: TCP, port: 80 }
    - hostname: shop.example.net
      protocol: TCP
      port: 81
  tiers:
    - name: web
      workload: { image: host, command: [/bin/server], port: 8080 }
  allow:
    - { from: { service: cart, tier: app }, to: web }
status: { anything: true }
`;

const load = (manifest: string): LoadedObject => {
  const [loaded] = parseManifests(manifest, "shop.yaml").objects;
  if (loaded === undefined) throw new RangeError("no object");
  return loaded;
};

const at = (line: number, column: number, length: number) => ({ file: "shop.yaml", line, column, length });

test("every field has its exact place", () => {
  const { locate } = load(text);
  expect(locate(["spec", "tiers", 0, "workload", "port"])).toEqual(at(15, 62, 4));
  expect(locate(["spec", "expose", 1, "port"])).toEqual(at(12, 13, 2));
  expect(locate(["spec", "expose", 0])).toEqual(at(9, 7, 55));
  expect(locate(["spec", "expose", 1])).toEqual(at(10, 7, 26));
  expect(locate(["spec", "network"], true)).toEqual(at(7, 3, 7));
});

test("a field that is not there is where it would belong", () => {
  const { locate } = load(text);
  expect(locate(["spec", "tiers", 0, "health", "http"])).toEqual(at(14, 7, 9));
  expect(locate(["spec", "pool"])).toEqual(at(6, 1, 4));
  expect(locate(["spec", "expose", 7, "port"])).toEqual(at(8, 3, 6));
  expect(locate([])).toEqual(at(3, 1, 34));
});

test("sources hold the object, its name, and every field of spec, however deep", () => {
  const sources = sourcesOf(load(text));
  expect(sources["spec.tiers[0]"]).toEqual(at(14, 7, 9));
  expect(sources["spec.allow[0]"]).toEqual(at(17, 7, 47));
  expect(sources["spec.allow[0].to"]).toEqual(at(17, 49, 3));
  expect(sources["metadata.name"]).toEqual(at(5, 19, 4));
  expect(sources["spec.tiers[0].workload.port"]).toEqual(at(15, 62, 4));
  expect(sources["spec.tiers[0].workload.command[0]"]).toEqual(at(15, 42, 11));
  expect(sources["spec.allow[0].from.tier"]).toEqual(at(17, 38, 3));
  expect(sources["status.anything"]).toBeUndefined();
});

test("the nearest known place stands for deeper fields, and the object for all others", () => {
  const sources = sourcesOf(load(text));
  expect(nearestSource(sources, "spec.tiers[0].workload.resources.cpu")).toEqual(sources["spec.tiers[0].workload"]);
  expect(nearestSource(sources, "spec.pool")).toEqual(sources["spec"]);
  expect(nearestSource(sources, "status.conditions")).toEqual(sources[""]);
  expect(nearestSource(sources, undefined)).toEqual(sources[""]);
  expect(nearestSource({}, "spec")).toBeUndefined();
});

test("what is applied is what its author wrote, without status, and the server takes it", () => {
  const apply = toApplyObject(load(text));
  expect(apply.object).toEqual({
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Service",
    metadata: { name: "shop" },
    spec: {
      network: "web",
      expose: [
        { hostname: "shop.example.net", protocol: "TCP", port: 80 },
        { hostname: "shop.example.net", protocol: "TCP", port: 81 },
      ],
      tiers: [{ name: "web", workload: { image: "host", command: ["/bin/server"], port: 8080 } }],
      allow: [{ from: { service: "cart", tier: "app" }, to: "web" }],
    },
  });
  const sent: unknown = JSON.parse(JSON.stringify({ objects: [apply] }));
  expect(applyRequestSchema.parse(sent)).toEqual({ objects: [apply], prune: false });
});

test("places inside an alias are those of what it names", () => {
  const { locate } = load(
    text
      .replace("[/bin/server]", "&c [/bin/server]")
      .replace("protocol: TCP, port: 80 }", "protocol: TCP, port: &p 80 }")
      .replace("port: 81", "port: 82"),
  );
  expect(locate(["spec", "tiers", 0, "workload", "command", 0])).toEqual(at(15, 45, 11));
});
