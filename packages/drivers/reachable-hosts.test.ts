import { parseIpv6 } from "@netwright/base";
import { hasRoute } from "@netwright/contract";
import { expect, test } from "vitest";
import { parseRoutes } from "./reachable-hosts.ts";

const line = (destination: string, length: string, flags: string): string =>
  `${destination} ${length} ${"0".repeat(32)} 00 fe800000000000000000000000000001 00000400 00000001 00000000 ${flags}    e0`;
const vtep = parseIpv6("fd00:0:0:1::2");
const own = "fd000000000000010000000000000002";
const net = "fd000000000000010000000000000000";

test.each([
  ["its own route", [line(own, "80", "00000003")], true],
  ["a route of the whole underlay", [line(net, "40", "00000003")], true],
  ["the default route alone", [line("0".repeat(32), "00", "00000003")], false],
  ["none at all", [], false],
  ["an unreachable route", [line(own, "80", "00200200")], false],
  ["an unreachable route inside another", [line(net, "40", "00000003"), line(own, "80", "00200201")], false],
  ["another's route", [line(own.replace(/2$/, "3"), "80", "00000003")], false],
  ["damaged lines", ["", "x y z", line("fd00", "80", "00000003")], false],
])("%s: %s", (_, lines, expected) => {
  expect(hasRoute(parseRoutes(lines.join("\n")), vtep)).toBe(expected);
});
