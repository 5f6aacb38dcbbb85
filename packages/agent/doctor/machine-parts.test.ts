import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseInterfaces } from "./interfaces.ts";
import { advertisedBy } from "./machine.ts";
import { portFindings } from "./ports.ts";
import { parsePrograms, programFindings } from "./programs.ts";
import { settingPath, settingsFindings } from "./settings.ts";
import { parseSockets } from "./sockets.ts";

const data = (name: string): string => readFileSync(join(import.meta.dirname, "testdata", name), "utf8");
const said = (findings: readonly { readonly verdict: string; readonly subject: string; readonly message: string }[]) =>
  findings.map(({ verdict, subject, message }) => `${verdict} ${subject}: ${message}`);

test("sockets of ss: protocol, address, process", () => {
  expect(
    parseSockets(data("ss.txt")).map(({ protocol, address, port, process }) => [protocol, address, port, process?.pid]),
  ).toEqual([
    ["udp", "0.0.0.0", 4789, undefined],
    ["udp", "fd00::1", 3784, 35],
    ["tcp", "0.0.0.0", 7443, 35],
    ["tcp", "::", 179, 35],
    ["tcp", "*", 7444, 35],
    ["tcp", "::1", 7445, 35],
  ]);
  expect(parseSockets("tcp LISTEN 0 1 [fe80::1%eth0]:179 [::]:*")[0]?.address).toBe("fe80::1");
});

test("ports: the process is named; IPv4 and the machine itself are not in the way, nor is what is ours", () => {
  const sockets = parseSockets(data("ss.txt"));
  expect(said(portFindings(sockets, [], new Set()))).toEqual([
    "Problem tcp port 179: MainThread (process 35) listens on ::",
    "Problem udp port 3784: MainThread (process 35) listens on fd00::1",
  ]);
  expect(portFindings(sockets, [], new Set([35]))[0]?.verdict).toBe("Good");
  const metrics = parseSockets('tcp LISTEN 0 1 *:9464 *:* users:(("exporter",pid=7,fd=3))');
  expect(said(portFindings(metrics, [], new Set()))).toEqual([
    "Note tcp port 9464: exporter (process 7) listens on every address",
  ]);
});

test("devices: addresses without link-local ones, duplicates, tunnels of others", () => {
  const devices = parseInterfaces(data("addresses.json"));
  expect(devices.map(({ name, mtu, isUp }) => [name, mtu, isUp])).toEqual([
    ["lo", 65_536, true],
    ["d1", 1500, true],
    ["d0", 1400, true],
    ["vx", 1350, true],
  ]);
  expect(devices[2]?.addresses).toEqual([{ address: "fd00::1", isDuplicate: false }]);
  expect(said(portFindings([], devices, new Set()))).toEqual([
    "Problem vx: this VXLAN device of others uses UDP port 4789",
  ]);
});

test("routing daemons of others, not our own", () => {
  const programs = parsePrograms("12 bird\n40 zebra\n41 sshd\n42 systemd-network\nnonsense\n");
  expect(said(programFindings(programs, new Set([12])))).toEqual([
    "Problem routing: zebra (FRR, process 40) runs here already",
    "Note routing: systemd-networkd runs here",
  ]);
});

test("settings: what the agent will set is told, what it cannot is a problem", () => {
  const facts = { uplinks: ["eth1"], advertised: [], isReadOnly: false };
  const settings = new Map([
    ["net.ipv6.conf.all.forwarding", "0"],
    ["net.ipv6.fib_multipath_hash_policy", "1"],
  ]);
  expect(said(settingsFindings({ ...facts, settings }))).toEqual([
    "Good settings: the agent will set net.ipv6.conf.all.forwarding from 0 to 1",
  ]);
  expect(said(settingsFindings({ ...facts, settings, isReadOnly: true }))[0]).toContain("Problem /proc/sys");
  const bad = new Map([
    ...settings,
    ["net.ipv6.conf.eth1.disable_ipv6", "1"],
    ["net.ipv6.conf.eth0.accept_ra", "1"],
    ["net.netfilter.nf_conntrack_max", "4096"],
  ]);
  expect(said(settingsFindings({ ...facts, settings: bad, advertised: ["eth0"] }))).toEqual([
    "Problem net.ipv6.conf.eth1.disable_ipv6: IPv6 is turned off",
    "Problem net.ipv6.conf.eth0.accept_ra: the default route over eth0 comes by router advertisements",
    "Note net.netfilter.nf_conntrack_max: the table of connections holds only 4096",
  ]);
  bad.set("net.ipv6.conf.eth0.accept_ra", "2");
  expect(said(settingsFindings({ ...facts, settings: bad, advertised: ["eth0"] })).join()).not.toContain("accept_ra");
});

test("a device's name may hold dots", () => {
  expect(settingPath("net.ipv6.conf.eth0.100.accept_ra")).toBe("/proc/sys/net/ipv6/conf/eth0.100/accept_ra");
  expect(settingPath("net.netfilter.nf_conntrack_max")).toBe("/proc/sys/net/netfilter/nf_conntrack_max");
});

test("default routes by router advertisements", () => {
  expect(
    advertisedBy('[{"dst":"default","dev":"eth0","protocol":"ra"},{"dst":"default","dev":"eth1","protocol":"static"}]'),
  ).toEqual(["eth0"]);
  expect(advertisedBy("")).toEqual([]);
});
