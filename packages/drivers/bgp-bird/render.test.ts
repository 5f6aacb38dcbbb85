/** Goldens, each read by BIRD itself. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseIpv6, parsePrefix } from "@netwright/base";
import type { BgpState } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { agreed, bgpOf, foreignTo, pool, service, stateOf } from "./fixtures.ts";
import { readPassword, renderPasswords } from "./passwords.ts";
import { renderServices, servicesOf } from "./services.ts";
import { wantBird } from "./want.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-bird-"));
const { runner, files } = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
afterAll(() => rmSync(directory, { recursive: true }));

const edge1 = bgpOf("edge1");
const host1 = bgpOf("host1");
const cases: Readonly<Record<string, { readonly node: string; readonly bgp: BgpState }>> = {
  "host-idle": { node: "host1", bgp: host1 },
  "host-announces": { node: "host1", bgp: bgpOf("host1", [service(5), service(16), service(0xa)]) },
  "host-announces-the-anchor-itself": { node: "host1", bgp: bgpOf("host1", [service(0), service(5)]) },
  "host-without-bfd-pools-underlay": {
    node: "host1",
    bgp: {
      ...host1,
      loopbacks: [],
      pools: [],
      underlay: [],
      neighbors: host1.neighbors.map((one) => ({ ...one, bfd: null })),
    },
  },
  "host-link-local": {
    node: "host1",
    bgp: {
      ...host1,
      neighbors: host1.neighbors.map((one) => ({
        ...one,
        localAddress: parseIpv6("fe80::2"),
        address: parseIpv6("fe80::1"),
      })),
    },
  },
  "host-foreign-edges": { node: "host1", bgp: foreignTo(bgpOf("host1", [service(5)]), agreed) },
  "host-foreign-edges-all-agreed": {
    node: "host1",
    bgp: foreignTo(
      bgpOf("host1", [service(5)]),
      {
        ...agreed,
        passwordFile: "/etc/netwright/edge.password",
        multihop: 3,
        ttlSecurity: true,
        communities: ["64510:100", "4200000000:1:2"],
        maxPrefixes: 100,
        gracefulRestart: true,
      },
      null,
    ),
  },
  "router-edge-with-a-provider-that-wants-a-password": {
    node: "edge1",
    bgp: foreignTo(edge1, { ...agreed, passwordFile: "/etc/netwright/p", communities: ["64500:1"] }),
  },
  "router-edge": { node: "edge1", bgp: edge1 },
  "router-two-pools-one-of-one-address": {
    node: "edge1",
    bgp: { ...edge1, pools: [pool, parsePrefix("2001:db8:200::7/128")] },
  },
  "router-without-pools": { node: "edge1", bgp: { ...edge1, pools: [] } },
  "router-without-hosts": {
    node: "edge1",
    bgp: { ...edge1, neighbors: edge1.neighbors.filter(({ role }) => role !== "Host") },
  },
};

for (const [name, { node, bgp }] of Object.entries(cases)) {
  test(`renders ${name}, and BIRD takes it`, async () => {
    const want = wantBird(stateOf(node, bgp));
    const { config, resume, services, passwordFiles } = want;
    if (config === null || resume === null) throw new Error("no configuration");
    expect(wantBird(stateOf(node, bgp))).toEqual(want);
    const text = renderServices(services);
    const passwords = renderPasswords(passwordFiles.map((file) => readPassword(file, "s3cret\n")));
    await expect(`${config.text}\n# services.conf\n${text}`).toMatchFileSnapshot(`testdata/${name}.golden`);
    for (const candidate of [config, resume]) {
      await files.write(join(directory, name, "services.conf"), text);
      await files.write(join(directory, name, "passwords.conf"), passwords);
      await files.write(join(directory, name, "bird.conf"), candidate.text);
      const check = await runner.run(["bird", "-p", "-c", join(directory, name, "bird.conf")]);
      expect(check).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });
}

test("a node without neighbours wants no BIRD", () => {
  expect(wantBird(stateOf("host1", { ...host1, neighbors: [] })).config).toBeNull();
});

test("announcements do not change the main configuration, everything else does", () => {
  const digest = (bgp: BgpState) => wantBird(stateOf("host1", bgp)).config?.digest;
  expect(digest(bgpOf("host1", [service(5)]))).toBe(digest(host1));
  expect(digest({ ...host1, routerId: "10.9.9.9" })).not.toBe(digest(host1));
  expect(wantBird(stateOf("host1", host1)).resume?.digest).not.toBe(digest(host1));
});

test("a pool's anchor is announced with any of its addresses, once, and only for that pool", () => {
  const other = parsePrefix("2001:db8:200::/64");
  expect(servicesOf({ announce: [], pools: [pool, other] })).toEqual({ announce: [], anchors: [] });
  expect(servicesOf({ announce: [service(9), service(5)], pools: [pool, other] })).toEqual({
    announce: [service(5), service(9)],
    anchors: ["2001:db8:100::/128"],
  });
  expect(servicesOf({ announce: [service(0)], pools: [pool] })).toEqual({ announce: [service(0)], anchors: [] });
});
