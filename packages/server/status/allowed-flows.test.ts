import type { NetworkState } from "@netwright/contract";
import { expect, test } from "vitest";
import { allowedFlows } from "./allowed-flows.ts";

const host = (parts: object): NetworkState => ({ policy: [], deliveries: [], ...parts }) as unknown as NetworkState;
const rule = { from: 1, to: 2, protocol: "tcp", port: 8080, origin: { object: "service/shop", field: "" } };
const delivery = { vip: "2001:db8:100::1", protocol: "tcp", port: 443, instance: "shop-proxy-1" };

test("a rule that two hosts hold is one rule for a central firewall; deliveries are each host's own", () => {
  const first = allowedFlows(host({ policy: [rule], deliveries: [delivery] }));
  const second = allowedFlows(
    host({ policy: [rule, { ...rule, port: 9090 }], deliveries: [{ ...delivery, instance: "shop-proxy-2" }] }),
  );
  expect([first.length, second.length]).toEqual([2, 3]);
  expect(new Set([...first, ...second]).size).toBe(4);
});
