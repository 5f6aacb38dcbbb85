/** Addresses, gateways and routes that a manifest writes itself. */
import { kinds, type Lab } from "@netwright/api";
import { isNetwrightError } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { wiringText } from "../wiring/ip-text.ts";
import { deviceSysctlsOf, sysctlsOf } from "../wiring/sysctls.ts";
import { planLab } from "./plan-lab.ts";

function labOf(nodes: readonly object[], links: readonly object[]): Lab {
  const object = { apiVersion: "netwright.dev/v1alpha1", kind: "Lab", metadata: { name: "t" }, spec: { nodes, links } };
  const parsed = kinds.Lab.schema.parse(object);
  expect(kinds.Lab.validate?.(parsed) ?? []).toEqual([]);
  return kinds.Lab.complete(parsed) as Lab;
}

const linux = (name: string, more: object = {}): object => ({ name, role: "Linux", ...more });
const link = (...ends: readonly object[]): object => ({ ends });
const end = (node: string, ...addresses: readonly string[]): object => ({ node, addresses });

/** `code field` of each finding, and the first hint. */
function findings(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    expect(error.diagnostics.every(({ hint }) => hint !== undefined)).toBe(true);
    return error.diagnostics.map(({ code, field, message }) => `${code} ${field}: ${message}`);
  }
  return [];
}

/** Of the text of `api` itself. */
const schemaFindings = (nodes: readonly object[], links: readonly object[]): readonly string[] => {
  const object = { apiVersion: "netwright.dev/v1alpha1", kind: "Lab", metadata: { name: "t" }, spec: { nodes, links } };
  const found = kinds.Lab.validate?.(kinds.Lab.schema.parse(object)) ?? [];
  return found.map(({ code, path, message }) => `${code} ${path.join(".")}: ${message}`);
};

describe("two hosts and a router", () => {
  const topology = planLab(
    labOf(
      [
        linux("h1"),
        linux("r", { routes: [{ to: "10.9.0.0/16", via: "10.0.2.2" }] }),
        linux("h2", { gateway: "10.0.2.1" }),
      ],
      [
        link(end("h1", "10.0.1.2/24", "fd01::2/64"), end("r", "10.0.1.1/24", "fd01::1/64")),
        link(end("r", "10.0.2.1/24"), { ...end("h2", "10.0.2.2/24"), mac: "02:00:00:00:00:07" }),
      ],
    ),
  );
  test("are wired as written; the router forwards, and the end with one link finds it", async () => {
    await expect(wiringText(topology)).toMatchFileSnapshot("golden/written-wiring.txt");
    expect(topology.nodes.map(({ name, forwarding }) => [name, forwarding])).toEqual([
      ["h1", false],
      ["r", true],
      ["h2", false],
    ]);
  });
  test("have kernel settings that do not depend on the machine", () => {
    const [h1, r] = topology.nodes;
    expect(sysctlsOf(h1 as never)).toContainEqual(["ipv4/ip_forward", "0"]);
    expect(sysctlsOf(r as never)).toContainEqual(["ipv4/ip_forward", "1"]);
    expect(deviceSysctlsOf(r as never)).toEqual([["ipv6/conf/h1/addr_gen_mode", "0"]]);
  });
});

test("addresses: [] leaves an interface to the node, settings of a device wait for it", () => {
  const sysctls = { "net.ipv6.conf.r.accept_ra_pinfo": 1, "net/ipv4/conf/all/log_martians": "1" };
  const { nodes } = planLab(
    labOf([linux("h", { sysctls }), linux("r")], [link(end("h"), { node: "r", addresses: ["fd01::1/64"] })]),
  );
  expect(nodes[0]?.ports[0]).toMatchObject({ address: null, addresses: [], written: true });
  expect(deviceSysctlsOf(nodes[0] as never)).toEqual([
    ["ipv6/conf/r/addr_gen_mode", "0"],
    ["ipv6/conf/r/accept_ra", "1"],
    ["ipv6/conf/r/accept_ra_pinfo", "1"],
  ]);
  expect(sysctlsOf(nodes[0] as never)).toContainEqual(["ipv4/conf/all/log_martians", "1"]);
});

test("on a switch the only node that forwards is the gateway; of two nobody knows which", () => {
  const hosts = ["a", "b"].map((name, index) => link({ node: "sw" }, end(name, `10.0.0.${index + 10}/24`)));
  const nodes = [linux("a"), linux("b"), linux("r", { forwarding: true }), { name: "sw", role: "Switch" }];
  const router = link({ node: "sw" }, end("r", "10.0.0.1/24"));
  const [a] = planLab(labOf(nodes, [...hosts, router])).nodes;
  expect(a?.routes).toEqual([{ to: "0.0.0.0/0", via: "10.0.0.1", interface: "sw" }]);
  const second = linux("r2", { forwarding: true });
  const two = planLab(labOf([...nodes, second], [...hosts, router, link({ node: "sw" }, end("r2", "10.0.0.2/24"))]));
  expect(two.nodes[0]?.routes).toEqual([]);
});

describe("refused, with field and hint:", () => {
  const pair = [linux("a"), linux("b")];
  test.each([
    [
      "the same address twice",
      [link(end("a", "10.0.0.1/24"), end("b", "10.0.0.1/24"))],
      "NW1205 spec.links[0].ends[1].addresses[0]: 10.0.0.1 is the address of a:b too",
    ],
    [
      "no common prefix",
      [link(end("a", "10.0.0.1/24"), end("b", "10.0.1.2/24"))],
      "NW1205 spec.links[0].ends[0].addresses[0]: 10.0.0.1/24 shares no prefix with the other end: b:a has 10.0.1.2/24",
    ],
    [
      "one end only",
      [link(end("a", "10.0.0.1/24"), { node: "b" })],
      "NW1202 spec.links[0].ends[1].addresses: b:a has no addresses, but a has 10.0.0.1/24",
    ],
    [
      "the same MAC twice",
      [link({ node: "a", mac: "02:00:00:00:00:01" }, { node: "b", mac: "02:00:00:00:00:01" })],
      "NW1205 spec.links[0].ends[1].mac: 02:00:00:00:00:01 is the MAC address of a:b too",
    ],
  ])("%s", (_, links, first) => {
    expect(findings(() => planLab(labOf(pair, links)))[0]).toBe(first);
  });

  const links = [link(end("a", "10.0.0.1/24"), end("b", "10.0.0.2/24"))];
  test.each([
    [{ gateway: "10.0.9.1" }, "NW1205 spec.nodes[0].gateway: 10.0.9.1 is on none of the links of a"],
    [{ gateway: "10.0.0.1" }, "NW1205 spec.nodes[0].gateway: 10.0.0.1 is on none of the links of a"],
    [
      { routes: [{ to: "10.1.0.0/16", via: "10.0.9.1" }] },
      "NW1205 spec.nodes[0].routes[0].via: 10.0.9.1 is on none of the links of a",
    ],
    [
      { routes: [{ to: "fd01::/64", via: "fe80::1" }] },
      "NW1205 spec.nodes[0].routes[0].via: fe80::1 is on none of the links of a",
    ],
    [{ routes: [{ to: "10.1.0.0/16", dev: "eth9" }] }, "NW1301 spec.nodes[0].routes[0].dev: a has no interface eth9"],
  ])("%j", (more, first) => {
    expect(findings(() => planLab(labOf([linux("a", more), linux("b")], links)))).toEqual([first]);
  });

  test("what contradicts itself", () => {
    const nodes = [
      linux("a", { gateway: ["10.0.0.1", "10.0.0.3"], sysctls: { "kernel.panic": 1, "net.ipv4.x": "1\n2" } }),
      linux("b", { routes: [{ to: "default" }, { to: "default", dev: "a" }, { to: "fd00::/8", via: "10.0.0.1" }] }),
      { name: "sw", role: "Switch", gateway: "10.0.0.1", forwarding: true },
      linux("c", { rootfs: "/run/image" }),
    ];
    const both = { node: "a", address: "fd00::1", addresses: ["fd00::1/64"] };
    const found = schemaFindings(nodes, [
      link(both, { node: "b" }),
      link(end("sw", "10.0.0.1/24"), end("a", "10.0.0.2/24", "10.0.0.2/24")),
    ]);
    expect(found).toEqual([
      "NW1205 spec.nodes.0.gateway: names several gateways of the family IPv4",
      'NW1203 spec.nodes.0.sysctls.kernel.panic: "kernel.panic" is not a setting of a node\'s network',
      'NW1203 spec.nodes.0.sysctls.net.ipv4.x: "1\\n2" is no value of a setting',
      "NW1202 spec.nodes.1.routes.0: has neither via nor dev",
      "NW1205 spec.nodes.1.routes.1.to: default alone names no family",
      "NW1205 spec.nodes.1.routes.2.via: 10.0.0.1 is not of the family of fd00::/8",
      "NW1205 spec.nodes.2.forwarding: does not fit role Switch",
      "NW1205 spec.nodes.2.gateway: does not fit role Switch",
      "NW1203 spec.nodes.3.rootfs: a lab does not see /run/image",
      "NW1205 spec.links.0.ends.0.addresses: stands beside address",
      "NW1205 spec.links.1.ends.0.addresses: a Switch has no addresses",
      "NW1205 spec.links.1.ends.1.addresses.1: 10.0.0.2/24 stands twice",
    ]);
  });
});
