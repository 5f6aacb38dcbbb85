/** Parsers on answers that BIRD 2.0.12 gave, and on damaged ones. */
import { parseIpv6 } from "@netwright/base";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseReply } from "./birdc.ts";
import { Splitter } from "./control-socket.ts";
import { parseKernelRoutes } from "./kernel-routes.ts";
import { parseRecord, renderRecord } from "./observe.ts";
import { isSettled, parseBfdSessions, parseProtocols, type BfdSession } from "./parse-protocols.ts";
import { bfdSessionOf } from "./report.ts";
import { parseRoutes } from "./parse-routes.ts";
import { neighborOf } from "./render-neighbor.ts";

const answer = (name: string) => parseReply(readFileSync(new URL(`testdata/${name}.txt`, import.meta.url), "utf8"), "");

describe("parseReply()", () => {
  test("nobody there", () => {
    const message = "Unable to connect to server control socket (/x): No such file or directory";
    expect(parseReply(`${message}\n`, "")).toEqual({ kind: "Absent", message });
  });
  test("a refusal carries code and words", () => {
    const text =
      "0001 BIRD 2.0.12 ready.\n0002-Reading configuration from bird.conf\n8002 bird.conf:1:34 syntax error\n";
    expect(parseReply(text, "")).toEqual({ kind: "Refused", code: 8002, message: "bird.conf:1:34 syntax error" });
  });
  test("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const reply = parseReply(`1002-${text}\n1006-${text}\n1007-${text}\n1020-${text}`, "");
        parseProtocols(reply);
        parseRoutes(reply);
        parseBfdSessions(reply);
      }),
    );
  });
});

test.each([1, 2, 7, 1000])("answers end at their last lines, when %i octets come at a time", (size) => {
  const splitter = new Splitter();
  const text = "0001 BIRD 2.0.12 ready.\n1007-Table master6:\n fd00::/64  via 1007 x\n0000 \n0013 up\n1008-no";
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
  expect(chunks.flatMap((chunk) => splitter.take(chunk))).toEqual([
    "0001 BIRD 2.0.12 ready.\n",
    "1007-Table master6:\n     fd00::/64  via 1007 x\n0000 \n",
    "0013 up\n",
  ]);
});

test("protocols: state, times in milliseconds, description, neighbour and counts", () => {
  const protocols = parseProtocols(answer("show-protocols-all"));
  expect(protocols.map(({ name, type, up }) => `${name} ${type} ${up}`)).toEqual([
    "device1 Device true",
    "services Static true",
    "edge.edge1 BGP true",
    "edge.edge2 BGP false",
  ]);
  expect(protocols[0]).toMatchObject({ description: "3f2a9c0d1e4b5a68", bgpState: null, address: null, imported: 0 });
  expect(protocols[2]).toEqual({
    name: "edge.edge1",
    type: "BGP",
    up: true,
    since: 1_795_347_180_894,
    description: null,
    bgpState: "Established",
    address: "fd00:0:0:2::6",
    interface: "edge1",
    imported: 4,
    lastError: null,
    state: "up",
  });
  expect(protocols[3]).toMatchObject({ bgpState: "Idle", imported: 0 });
});

test("BFD sessions by address and interface", () => {
  expect(parseBfdSessions(answer("show-bfd-sessions"))).toEqual([
    { address: "fd00:0:0:2::6", interface: "edge1", up: true },
    { address: "fe80::1", interface: "edge2", up: false },
  ]);
});

test("the BFD session of a BGP session: by interface too where BIRD tells one, by address alone where it does not", () => {
  const edge: BfdSession = { address: parseIpv6("fd00:0:0:2::6"), interface: "edge1", up: true };
  const other: BfdSession = { address: parseIpv6("fe80::1"), interface: "edge2", up: false };
  const sessions = [{ ...other, interface: "edge1" }, edge, other];
  expect(bfdSessionOf(edge, sessions)).toBe(edge);
  expect(bfdSessionOf({ ...edge, interface: null }, sessions)).toBe(edge);
  expect(bfdSessionOf(other, sessions)).toBe(other);
  expect(bfdSessionOf({ address: parseIpv6("fd00:0:0:2::7"), interface: null }, sessions)).toBeUndefined();
});

test("routes: several to one prefix, next hops and attributes are no routes", () => {
  expect(parseRoutes(answer("show-route"))).toEqual([
    { prefix: "2001:db8:100::5/128", protocol: "services" },
    { prefix: "2001:db8:100::5/128", protocol: "host.web-1" },
    { prefix: "2001:db8:100::/128", protocol: "host.web-1" },
    { prefix: "2001:db8:100::/64", protocol: "guards" },
  ]);
});

test("kernel routes: single addresses, several next hops, unreachable ones and the default", () => {
  const text = [
    "2001:db8:100::5 proto bird metric 31 pref medium",
    "\tnexthop via fd00:0:0:2::7 dev host1 weight 1 ",
    "\tnexthop via fd00:0:0:2::b dev host2 weight 1 ",
    "unreachable 2001:db8:100::/64 dev lo proto bird metric 31 pref medium",
    "default via fd00:0:0:2:: dev provider proto bird metric 31 pref medium",
    "",
  ].join("\n");
  expect(parseKernelRoutes(text)).toEqual(["2001:db8:100::5/128", "2001:db8:100::/64", "::/0"]);
});

test("settled is neither reconfiguring nor shutting down", () => {
  const status = (text: string) => parseReply(`0001 BIRD 2.0.12 ready.\n1000-BIRD 2.0.12\n0013 ${text}\n`, "");
  expect(isSettled(status("Daemon is up and running"))).toBe(true);
  expect(isSettled(status("Reconfiguration in progress"))).toBe(false);
  expect(isSettled(status("Daemon is shutting down"))).toBe(false);
  expect(isSettled({ kind: "Absent", message: "" })).toBe(false);
});

test("protocol names tell the neighbour, also one called like a role", () => {
  expect(neighborOf("host.host.1")).toEqual({ role: "Host", name: "host.1" });
  expect(neighborOf("upstream.provider-2")).toEqual({ role: "Upstream", name: "provider-2" });
  for (const other of ["services", "kernel6", "hosts.x", "host."]) expect(neighborOf(other)).toBeUndefined();
});

test("a record reads back, anything else is none", () => {
  expect(parseRecord(renderRecord({ pid: 12, startTicks: 345 }))).toEqual({ pid: 12, startTicks: 345 });
  for (const text of [undefined, "", "{}", "12", '{"pid":12,"startTicks":-1}\n'])
    expect(parseRecord(text)).toBeUndefined();
});
