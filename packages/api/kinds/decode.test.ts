import { describe, expect, test } from "vitest";
import { decodeManifest, decodeObject, decodeWritten, encodeObject } from "./decode.ts";
import { kindOfWord, objectName } from "./index.ts";

const network = { apiVersion: "netwright.dev/v1alpha1", kind: "Network", metadata: { name: "web" } };
const status = { vni: 1, prefix: "fd00:0:1:1::/64", mtu: 1430, hosts: [], rules: [], ruleUnion: 0, conditions: [] };

describe("decoding", () => {
  test("status is ignored in what is applied, also a broken one, and kept in what the server says", () => {
    const applied = decodeManifest({ ...network, spec: {}, status: "nonsense" });
    expect(applied).toMatchObject({ ok: true });
    expect(applied.ok && "status" in applied.object).toBe(false);
    expect(decodeObject({ ...network, spec: {}, status })).toMatchObject({ ok: true, object: { status } });
    expect(decodeObject({ ...network, spec: {}, status: "nonsense" })).toMatchObject({ ok: false });
  });

  test("what the server set may be applied again", () => {
    const metadata = { name: "web", uid: "u", generation: 3, resourceVersion: "17", createdAt: "2026-01-01T00:00:00Z" };
    expect(decodeManifest({ ...network, metadata })).toMatchObject({ ok: true, object: { metadata } });
  });

  test("labels are sorted, so that equal objects are equal bytes", () => {
    const bytes = (labels: object): string => {
      const decoded = decodeObject({ ...network, metadata: { name: "web", labels } });
      return decoded.ok ? JSON.stringify(encodeObject(decoded.object)) : "";
    };
    expect(bytes({ b: "2", a: "1" })).toBe(bytes({ a: "1", b: "2" }));
    expect(bytes({ a: "1", b: "2" })).toContain('"labels":{"a":"1","b":"2"}');
  });

  test("canonical text: addresses as RFC 5952 has them, spans and amounts in the largest unit", () => {
    const decoded = decodeObject({
      ...network,
      kind: "Service",
      spec: {
        tiers: [
          {
            name: "web",
            workload: {
              image: "host",
              command: ["x"],
              port: 80,
              stopGracePeriod: "60000ms",
              resources: { cpu: 1.5, memory: "65536Ki" },
            },
          },
        ],
        expose: [{ hostname: "SHOP.Example.NET", protocol: "HTTPS" }],
      },
    });
    expect(decoded.ok && encodeObject(decoded.object).spec).toMatchObject({
      expose: [{ hostname: "shop.example.net", port: 443, certificate: "auto", redirectHttp: true }],
      tiers: [{ workload: { stopGracePeriod: "1m", resources: { cpu: "1500m", memory: "64Mi" } } }],
    });
  });

  test("a wrong API version does not hide what else is wrong", () => {
    const decoded = decodeManifest({ ...network, apiVersion: "v1", spec: { mtu: 1 } });
    expect(decoded.ok ? [] : decoded.findings.map(({ path }) => path.join("."))).toEqual(["apiVersion", "spec.mtu"]);
  });

  test("a file that is named but not sent is refused", () => {
    const workload = { image: "host", command: ["x"], port: 80, files: [{ path: "/srv/a", source: "a" }] };
    const object = { ...network, kind: "Service", spec: { tiers: [{ name: "web", workload }] } };
    expect(decodeWritten(object)).toMatchObject({ ok: true });
    expect(decodeManifest(object)).toMatchObject({
      ok: false,
      findings: [{ code: "NW1107", path: ["spec", "tiers", 0, "workload", "files", 0, "source"] }],
    });
  });

  test("host needs a command, images bring their own; a path beside the manifest means nothing to the server", () => {
    const decode = (workload: object) =>
      decodeManifest({
        ...network,
        kind: "Service",
        spec: { tiers: [{ name: "web", workload: { port: 80, ...workload } }] },
      });
    const refusal = (field: string, code: string) => ({
      ok: false,
      findings: [{ code, path: ["spec", "tiers", 0, "workload", field] }],
    });
    expect(decode({ image: "host" })).toMatchObject(refusal("command", "NW1202"));
    expect(decode({ image: "ghcr.io/a/b:1" })).toMatchObject({ ok: true });
    expect(decode({ image: "ghcr.io/a/b:1", args: ["a\0"] })).toMatchObject({ ok: false });
    expect(decode({ image: "oci:shop" })).toMatchObject(refusal("image", "NW1107"));
    expect(decode({ image: "oci:/srv/shop" })).toMatchObject({ ok: true });
  });

  test.each([null, undefined, 5, "text", [], true])("%j is no object", (value) => {
    expect(decodeManifest(value)).toMatchObject({ ok: false, findings: [{ code: "NW1103" }] });
  });

  test("keys that JavaScript treats specially are unknown fields like others", () => {
    const value: unknown = JSON.parse(
      '{"apiVersion":"netwright.dev/v1alpha1","kind":"Network","metadata":{"name":"a"},"__proto__":{"x":1},"constructor":1}',
    );
    const decoded = decodeManifest(value);
    expect(decoded.ok ? [] : decoded.findings.map(({ code, path }) => [code, ...path])).toEqual([
      ["NW1201", "__proto__"],
      ["NW1201", "constructor"],
    ]);
    for (const kind of ["__proto__", "constructor", "toString"]) {
      expect(decodeManifest({ ...network, kind })).toMatchObject({ ok: false, findings: [{ code: "NW1104" }] });
    }
  });
});

test("words of the command line find their kind", () => {
  expect(["Service", "service", "services", "svc", "SVC"].map((word) => kindOfWord(word)?.kind)).toEqual(
    Array<string>(5).fill("Service"),
  );
  expect(kindOfWord("servic")).toBeUndefined();
});

test("objects are named with their project where it is not the default", () => {
  expect(objectName({ kind: "Service", metadata: { name: "shop", project: "default" } })).toBe("service/shop");
  expect(objectName({ kind: "Service", metadata: { name: "shop", project: "b" } })).toBe("b/service/shop");
  expect(objectName({ kind: "AddressPool", metadata: { name: "p" } })).toBe("addresspool/p");
});
