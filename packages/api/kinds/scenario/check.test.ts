import { describe, expect, test } from "vitest";
import { kinds } from "../index.ts";
import { parseTarget } from "./target.ts";

test.each([
  ["web:443", { host: "web", port: 443 }],
  ["192.0.2.1:53", { host: "192.0.2.1", port: 53 }],
  ["[2001:db8::1]:80", { host: "2001:db8::1", port: 80 }],
  ["[fe80::1%eth0]:80", { host: "fe80::1%eth0", port: 80 }],
  ["web", undefined],
  ["2001:db8::1:80", undefined],
  ["web:0", undefined],
  ["web:65536", undefined],
  ["a b:80", undefined],
])("%s is %j", (text, target) => expect(parseTarget(text)).toEqual(target));

/** `CODE field message` of every complaint about a step with such checks. */
function complaints(step: object): readonly string[] {
  const spec = { topology: { running: "lab" }, steps: [{ name: "x", at: "a", ...step }] };
  const scenario = { apiVersion: "netwright.dev/v1alpha1", kind: "Scenario", metadata: { name: "x" }, spec };
  const parsed = kinds.Scenario.schema.safeParse(scenario);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  return kinds.Scenario.validate(parsed.data).map(({ code, path, message }) => `${code} ${path.join(".")} ${message}`);
}

describe("checks that are refused", () => {
  test.each([
    [{ tcp: { to: "web" } }, 'tcp.to "web" is not HOST:PORT'],
    [{ ping: { to: "a b" } }, 'ping.to "a b" is not a host'],
    [{ http: { url: "ftp://a/" } }, 'http.url "ftp://a/" is not a URL of HTTP'],
    [
      { http: { url: "http://a/", is: "Dropped", version: "2" } },
      "NW1205 http.version is expected of a connection that is Dropped",
    ],
    [{ bgp: { via: ["b"] } }, "NW1205 bgp.via stands without prefix"],
    [{ route: { to: "::1", via: ["b"], exists: false } }, "NW1205 route.via stands beside exists: false"],
    [{ throughput: { from: "a", to: "b" } }, "NW1205 throughput can never fail"],
    [{ capture: { link: "a-b" } }, "NW1205 capture can never fail"],
    [{ command: { run: "true", exit: "any" } }, "NW1205 command.exit can never fail"],
    [{ command: { run: "true", stdout: {} } }, "NW1205 command.stdout can never fail"],
    [{ log: { of: "a", matches: "x", times: 0 } }, "NW1205 log.times can never fail"],
    [{ http: { url: "http://a/", body: { contains: "" } } }, "NW1205 http.body can never fail"],
    [{ file: { path: "/a", content: { matches: ".*" } } }, "NW1205 file.content can never fail"],
    [{ object: { ref: "host/a", fields: {} } }, "NW1205 object expects nothing of it"],
    [{ matrix: { expect: { a: { b: "Open" } } } }, "NW1202 matrix.port is required"],
    [{ tcp: { to: "web:80" }, ping: { to: "web" } }, ""],
  ])("%j: %s", (check, complaint) => {
    const found = complaints({ checks: [check] }).map((text) => text.replace("spec.steps.0.checks.0.", ""));
    expect(found).toEqual(complaint === "" ? [expect.stringContaining("NW1205")] : [complaint]);
  });

  test("a capture cannot be waited for", () => {
    expect(complaints({ wait: [{ capture: { link: "a-b", max: 0 } }] })).toEqual([
      "NW1205 spec.steps.0.wait.0.capture cannot be waited for",
    ]);
  });

  test("what stands in for a parameter is checked later", () => {
    expect(complaints({ checks: [{ tcp: { to: "${{ target }}" } }] })).toEqual([]);
  });
});
