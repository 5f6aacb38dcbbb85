import { ledgerKeys, type Ledger, type TierRolloutEntry } from "@netwright/compiler";
import { expect, test } from "vitest";
import { servedLately } from "./served.ts";
import { entry, report, row, shopLedger, site } from "./testing.ts";

const rollout = { kind: "TierRollout", project: "default", service: "shop", tier: "web", until: null };
const under = (change: Partial<TierRolloutEntry> = {}): Ledger =>
  new Map([
    ...shopLedger,
    [ledgerKeys.instance("default", "shop-proxy-2"), entry("shop-proxy-2", "proxy", "host2", "Proxy")],
    [ledgerKeys.tierRollout("default", "shop", "web"), { ...rollout, ...change } as TierRolloutEntry],
  ]);

const member = (proxy: number, web: number, values: Readonly<Record<string, number>>) =>
  row("Member", `default/shop-proxy-${proxy}/shop-web-${web}`, values);

test("requests and failures of the last half minute, as all proxies saw them", () => {
  const { measurements, play } = site(under());
  play(40, (second) => [
    report("host1", member(1, 1, { requests: 10, serverErrors: second < 5 ? 10 : 1, failed: 1 })),
    report("host2", member(2, 1, { requests: 5, serverErrors: 0, failed: 0 }), member(2, 2, { requests: 0 })),
  ]);
  expect([...servedLately(measurements, under())]).toEqual([["default/shop-web-1", { requests: 450, failures: 60 }]]);
});

test("a failure that is counted twice is one", () => {
  const { measurements, play } = site(under());
  play(10, () => [report("host1", member(1, 2, { requests: 4, serverErrors: 4, failed: 4 }))]);
  expect(servedLately(measurements, under()).get("default/shop-web-2")).toEqual({ requests: 40, failures: 40 });
});

test("of services of which a rollout is under way, and of no other", () => {
  const { measurements, play } = site(under());
  play(10, () => [report("host1", member(1, 1, { requests: 10 }))]);
  expect(servedLately(measurements, under()).size).toBe(1);
  expect(servedLately(measurements, under({ until: 1 as NonNullable<TierRolloutEntry["until"]> })).size).toBe(0);
  expect(servedLately(measurements, shopLedger).size).toBe(0);
});
