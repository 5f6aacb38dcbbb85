import { expect, test } from "vitest";
import { isForeignRoute } from "./kernel-monitor.ts";

test.each([
  ["[nsid current]fd01::5 via fd00::2 dev v0 proto bird metric 32 pref medium", true],
  ["[nsid current]Deleted fd01::5 via fd00::2 dev v0 proto bird metric 32 pref medium", true],
  ["[nsid current]default proto bird metric 32 pref medium\\\tnexthop via fe80::1 dev e0 weight 1", true],
  ["[nsid current]unreachable fd04::/64 dev lo proto bird metric 1024 pref medium", true],
  ["[nsid current]fd03::/64 dev v0 proto 178 metric 1024 pref medium", false],
  ["[nsid current]fe80::/64 dev v1 proto kernel metric 256 pref medium", false],
  ["[nsid current]3: v0    inet6 fd00::1/64 scope global nodad", false],
  ["[nsid 0]fd01::5 via fd00::2 dev v0 proto bird metric 32 pref medium", false],
])("%s: %s", (line, foreign) => {
  expect(isForeignRoute(line)).toBe(foreign);
});
