import { parsePrefix } from "@netwright/base";
import { expect, test } from "vitest";
import * as names from "./names.ts";

const prefix = parsePrefix("fd77:0:0:1::/64");

test("identity is in the address and comes back out of it", () => {
  const address = names.workloadAddress(prefix, 2, 3, 1);
  expect(address).toBe("fd77::1:2:3:0:1");
  expect(names.identityOf(address)).toEqual({ host: 2, class: 3, number: 1 });
  expect(names.hostPrefixOf(prefix, 2)).toBe("fd77:0:0:1:2::/80");
});

test("device names stay under the kernel's limit at the largest numbers", () => {
  expect(names.uplinkHostDevice(16_777_215).length).toBeLessThanOrEqual(15);
  expect(names.workloadVeth({ class: 65_534, number: 2 ** 24 - 1 }).length).toBeLessThanOrEqual(15);
});

test("MACs tell workloads, hosts and gateways apart", () => {
  expect(names.workloadMac(0x0102, 0x030405)).toBe("02:01:02:03:04:05");
  expect(names.tunnelMac(3)).toBe("06:01:00:00:00:03");
  expect(names.gatewayMac).toBe("06:00:00:00:00:01");
});

test("every network has a resolver of its own behind the one address that workloads know", () => {
  expect(names.resolverAddress).toBe("fd6e:7700::53");
  expect(names.resolverHostAddress(16_777_215)).toBe("fd6e:7700::ff:ffff:1");
  expect(names.resolverClientAddress(1)).toBe("fd6e:7700::1:2");
});

test("a tunnel end is never the workloads' gateway", () => {
  expect(names.tunnelAddress(1)).toBe("fe80::1:1");
});
