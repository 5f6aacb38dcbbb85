import type { Ipv6, Ipv6Prefix } from "@netwright/base";
import type { Instant } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { clashesOf, strangersOn } from "./clashes.ts";
import { clockFinding, offsetOf } from "./clock-offset.ts";
import type { Interface } from "./interfaces.ts";
import { compareNode } from "./own-node.ts";
import { pathFindings } from "./path-mtu.ts";
import type { Probe, ProbeResult } from "./path-probe.ts";
import type { SiteNode } from "./site.ts";

const at = (text: string): Ipv6 => text as Ipv6;
const host = (id: number, change: Partial<SiteNode> = {}): SiteNode => ({
  name: `host${id}`,
  role: "Host",
  id,
  asn: 4_200_000_000 + id,
  routerId: null,
  vtep: at(`fd00:0:0:1::${id}`),
  mtu: 1570,
  links: [{ interface: "eth1", localAddress: at(`fd00:0:0:2::${id}`), peerAddress: at("fd00:0:0:2::"), peer: "edge1" }],
  ...change,
});
const device = (name: string, addresses: readonly string[], mtu = 1570): Interface => ({
  name,
  isUp: true,
  mtu,
  addresses: addresses.map((address) => ({ address, isDuplicate: false })),
  vxlan: null,
});
const machine = [device("lo", ["::1", "fd00:0:0:1::1"]), device("eth1", ["fd00:0:0:2::1"])];
const said = (findings: readonly { readonly verdict: string; readonly message: string }[]) =>
  findings.map(({ verdict, message }) => `${verdict} ${message}`);
const siteOf = (...nodes: readonly SiteNode[]) => ({
  nodes,
  pools: ["2001:db8:100::/64" as Ipv6Prefix],
  tunnelPeers: [],
});

describe("clashes", () => {
  test("numbers and addresses that two nodes claim", () => {
    expect(clashesOf(siteOf(host(1), host(2)))).toEqual([]);
    const twin = host(2, { id: 1, asn: 4_200_000_001, vtep: at("fd00:0:0:1::1") });
    expect(clashesOf(siteOf(host(1), twin)).map(({ subject, message }) => `${subject}: ${message}`)).toEqual([
      "host/host2: host number 1 is also that of host/host1",
      "host/host2: AS number 4200000001 is also that of host/host1",
      "host/host2: address fd00:0:0:1::1 is also that of host/host1",
    ]);
  });

  test("routers share an AS number, but with no host; a BGP identifier is one router's", () => {
    const router = (name: string, routerId: string): SiteNode => ({
      ...host(9),
      name,
      role: "Router",
      id: null,
      asn: 64_510,
      routerId,
      vtep: null,
      links: [],
    });
    expect(clashesOf(siteOf(router("edge1", "192.0.2.1"), router("edge2", "192.0.2.2")))).toEqual([]);
    expect(said(clashesOf(siteOf(router("edge1", "192.0.2.1"), router("edge2", "192.0.2.1"))))).toEqual([
      "Problem BGP identifier 192.0.2.1 is also that of router/edge1",
    ]);
    expect(said(clashesOf(siteOf(router("edge1", "192.0.2.1"), host(1, { asn: 64_510 }))))).toEqual([
      "Problem AS number 64510 is also that of router/edge1",
    ]);
  });

  test("addresses on the machine that are another's, a pool's, or in use on the link", () => {
    const own = host(1);
    const wrong = [
      device("lo", ["fd00:0:0:1::1", "fd00:0:0:1::2", "2001:db8:100::7"]),
      { ...device("eth1", []), addresses: [{ address: "fd00:0:0:2::1", isDuplicate: true }] },
    ];
    expect(said(strangersOn(wrong, siteOf(own, host(2)), own))).toEqual([
      "Problem fd00:0:0:1::2 belongs to host/host2",
      "Problem 2001:db8:100::7 lies in the address pool 2001:db8:100::/64",
      "Problem fd00:0:0:2::1 is in use by another machine on this link",
    ]);
    expect(strangersOn(machine, siteOf(own, host(2)), own)).toEqual([]);
  });
});

describe("the node's object beside the machine", () => {
  test("all there", () => {
    expect(said(compareNode(host(1), machine))).toEqual([
      "Good its devices and addresses are on this machine",
      "Good uplinks carry 1570; tenant networks have 1500",
    ]);
  });

  test.each<[string, readonly Interface[], string]>([
    [
      "no tunnel end point",
      [device("lo", []), device("eth1", ["fd00:0:0:2::1"])],
      "Problem its tunnel end point fd00:0:0:1::1 is not on this machine",
    ],
    [
      "tunnel end point elsewhere",
      [device("lo", []), device("eth1", ["fd00:0:0:2::1", "fd00:0:0:1::1"])],
      "Note its tunnel end point fd00:0:0:1::1 is on eth1",
    ],
    ["no device", [device("lo", ["fd00:0:0:1::1"])], "Problem there is no device eth1"],
    [
      "no address",
      [device("lo", ["fd00:0:0:1::1"]), device("eth1", [])],
      "Problem fd00:0:0:2::1, its address towards edge1, is not on this machine",
    ],
    [
      "address on another device",
      [device("lo", ["fd00:0:0:1::1"]), device("eth1", []), device("eth2", ["fd00:0:0:2::1"])],
      "Problem fd00:0:0:2::1, its address towards edge1, is on eth2, not on eth1",
    ],
    [
      "device down",
      [device("lo", ["fd00:0:0:1::1"]), { ...device("eth1", ["fd00:0:0:2::1"]), isUp: false }],
      "Problem eth1 is down",
    ],
    [
      "narrow",
      [device("lo", ["fd00:0:0:1::1"]), device("eth1", ["fd00:0:0:2::1"], 1500)],
      "Problem its MTU is 1500; spec.mtu of host/host1 is 1570",
    ],
  ])("%s", (_, interfaces, expected) => {
    expect(said(compareNode(host(1), interfaces))).toContain(expected);
  });

  test("an MTU that leaves tenants less than the internet has is worth a note", () => {
    expect(said(compareNode(host(1, { mtu: 1500 }), machine))[1]).toBe(
      "Note uplinks carry 1570, spec.mtu is 1500; tenant networks have 1430",
    );
  });
});

describe("packets of full size", () => {
  const run = async (answer: (address: string, size: number) => ProbeResult) => {
    const probe: Probe = async ({ address, size }) => answer(address, size);
    return said(await pathFindings(host(1), siteOf(host(1), host(2)), machine, probe));
  };

  test("pass, are lost, or nobody answers at all", async () => {
    expect(await run(() => "Answered")).toEqual(["Good packets of 1570 octets pass to 2 of 2 neighbours and hosts"]);
    expect(await run((address, size) => (address === "fd00:0:0:1::2" && size > 1500 ? "Silent" : "Answered"))).toEqual([
      "Problem packets of 1570 octets to host/host2 (fd00:0:0:1::2) are lost; small ones pass",
    ]);
    expect(await run((address) => (address === "fd00:0:0:1::2" ? "Silent" : "Answered"))).toEqual([
      "Good packets of 1570 octets pass to 1 of 2 neighbours and hosts",
      "Note host/host2 (fd00:0:0:1::2) does not answer: whether large packets pass is not known",
    ]);
  });

  test("none is sent from addresses that are not here", async () => {
    const probe: Probe = () => Promise.reject(new Error("sent"));
    expect(await pathFindings(host(3), siteOf(host(3)), machine, probe)).toEqual([]);
  });
});

describe("clocks", () => {
  const times = (server: number, sent: number, received: number) => ({
    server: server as Instant,
    sent: sent as Instant,
    received: received as Instant,
  });

  test("whole seconds and a slow network explain a difference", () => {
    expect(offsetOf(times(10_000, 10_999, 11_500))).toBe(0);
    expect(offsetOf(times(10_000, 9_000, 11_500))).toBe(0);
    expect(offsetOf(times(10_000, 12_000, 12_100))).toBe(1001);
    expect(offsetOf(times(10_000, 7_000, 7_500))).toBe(-2500);
  });

  test("a little is worth a note, minutes break TLS", () => {
    const one = (ahead: number) => clockFinding(times(1_000_000, 1_000_999 + ahead, 1_001_000 + ahead));
    expect(one(1000).verdict).toBe("Good");
    expect(one(30_000)).toMatchObject({
      verdict: "Note",
      code: "NW1908",
      message: "this machine is 30.0 s ahead of the server",
    });
    expect(one(-1_000_000)).toMatchObject({ verdict: "Problem", code: "NW1908" });
  });
});
