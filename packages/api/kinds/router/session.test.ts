/** `session`: what is refused, and what is filled in. */
import { describe, expect, test } from "vitest";
import { decodeManifest, encodeObject } from "../decode.ts";

const router = (spec: object): unknown => ({
  apiVersion: "netwright.dev/v1alpha1",
  kind: "Router",
  metadata: { name: "edge1" },
  spec: { managed: false, asn: 64510, ...spec },
});

function findingsOf(session: object, spec: object = {}): readonly string[] {
  const decoded = decodeManifest(router({ ...spec, session }));
  return decoded.ok ? [] : decoded.findings.map(({ code, path, message }) => `${code} ${path.join(".")}: ${message}`);
}

function specOf(spec: object): Readonly<Record<string, unknown>> {
  const decoded = decodeManifest(router(spec));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.findings));
  return encodeObject(decoded.object).spec;
}

describe("defaults", () => {
  test("a router of others has a session that is complete", () => {
    expect(specOf({})["session"]).toEqual({
      ttlSecurity: false,
      communities: [],
      gracefulRestart: false,
      bfd: { enabled: true, interval: "300ms", multiplier: 3 },
      holdTime: "9s",
      keepaliveTime: "3s",
    });
  });

  test("a managed one has none, and faster BFD", () => {
    const managed = { managed: true, routerId: "192.0.2.1" };
    expect(specOf(managed)["session"]).toBeUndefined();
    expect(specOf(managed)["bfd"]).toEqual({ enabled: true, interval: "50ms", multiplier: 3 });
    expect(specOf({ ...managed, bfd: { interval: "1s" } })["bfd"]).toEqual({
      enabled: true,
      interval: "1s",
      multiplier: 3,
    });
  });
});

describe("refused", () => {
  test.each([
    [{ passwordFile: "edge1.password" }, /NW1203 spec\.session\.passwordFile/],
    [{ passwordFile: "/etc/../shadow" }, /NW1203 spec\.session\.passwordFile/],
    [{ passwordFile: '/etc/a"b' }, /NW1203 spec\.session\.passwordFile/],
    [{ password: "s3cret" }, /NW1201 spec\.session\.password/],
    [{ multihop: 1 }, /NW1203 spec\.session\.multihop: 1 is not a number of hops/],
    [{ multihop: 256 }, /NW1203 spec\.session\.multihop/],
    [{ communities: ["64510:65536"] }, /NW1203 spec\.session\.communities\.0/],
    [{ communities: ["64510"] }, /NW1203 spec\.session\.communities\.0/],
    [{ communities: ["1:2:3:4"] }, /NW1203 spec\.session\.communities\.0/],
    [{ communities: ["1:2:4294967296"] }, /NW1203 spec\.session\.communities\.0/],
    [{ communities: ["064510:1"] }, /NW1203 spec\.session\.communities\.0/],
    [{ communities: ["no-export"] }, /NW1203 spec\.session\.communities\.0/],
    [{ communities: ["1:2", "1:2"] }, /NW1205 spec\.session\.communities\.1: 1:2 stands in entry 0 too/],
    [{ maxPrefixes: 0 }, /NW1203 spec\.session\.maxPrefixes/],
    [{ gracefulRestart: true }, /NW1205 spec\.session\.gracefulRestart: excludes BFD/],
    [{ holdTime: "2s" }, /NW1203 spec\.session\.holdTime/],
    [{ holdTime: "9500ms" }, /NW1203 spec\.session\.holdTime: is not a whole number of seconds/],
    [{ keepaliveTime: "4s" }, /NW1205 spec\.session\.keepaliveTime: is more than a third/],
    [{ bfd: { interval: "5ms" } }, /NW1203 spec\.session\.bfd\.interval/],
    [{ bfd: { multiplier: 1 } }, /NW1203 spec\.session\.bfd\.multiplier/],
  ])("%j", (session, words) => {
    expect(findingsOf(session)).toEqual([expect.stringMatching(words)]);
  });

  test("BFD of a router of others stands in its session", () => {
    expect(findingsOf({}, { bfd: {} })).toEqual([
      expect.stringContaining("NW1205 spec.bfd: belongs to a router that is managed"),
    ]);
  });

  test("a session of a managed router", () => {
    expect(findingsOf({}, { managed: true, routerId: "192.0.2.1" })).toEqual([
      expect.stringContaining("NW1205 spec.session: belongs to a router that is not managed"),
    ]);
  });
});

test("taken: everything at once", () => {
  const session = {
    passwordFile: "/etc/netwright/edge1.password",
    multihop: 2,
    ttlSecurity: true,
    communities: ["64510:100", "4200000000:1:2", "0:0"],
    maxPrefixes: 1000,
    gracefulRestart: true,
    bfd: { enabled: false },
    holdTime: "30s",
    keepaliveTime: "10s",
  };
  expect(findingsOf(session)).toEqual([]);
});
