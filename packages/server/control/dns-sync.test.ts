/** Records in the zone follow services through failures and restarts. */
import { afterEach, expect, test } from "vitest";
import type { Ipv6 } from "@netwright/base";
import { memoryStore } from "@netwright/store";
import { applyOf, eventually, startHarness, type Harness } from "../testing/harness.ts";
import { fabricManifests, shop } from "../testing/manifests.ts";

const running: Harness[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((harness) => harness.stop()));
});

const service = { kind: "Service", name: "shop" } as const;
const ready = async (harness: Harness): Promise<unknown> => {
  const { status } = await harness.admin.get(service);
  const conditions = (status?.["conditions"] ?? []) as readonly { readonly type: string }[];
  return conditions.find(({ type }) => type === "Ready");
};

test("a record that cannot be written is tried again, and the service says so", async () => {
  let works = false;
  const records = new Map<string, Ipv6>();
  const update = async (hostname: string, address: Ipv6 | null): Promise<void> => {
    if (!works) throw new Error("the name server is away");
    if (address === null) records.delete(hostname);
    else records.set(hostname, address);
  };
  const harness = await startHarness({ update });
  running.push(harness);
  await harness.admin.apply(applyOf(fabricManifests));
  await harness.admin.apply(applyOf(shop().replace("HTTPS }", "TCP, port: 443 }")));
  await eventually(async () => {
    const metrics = await harness.server.app.request("http://server/metrics", {
      headers: { authorization: "Bearer nw_admin_for_tests_0123456789abcdef" },
    });
    expect(await metrics.text()).toMatch(/dns_updates_total\{outcome="Failed"\} [1-9]/);
  });
  expect(records.size).toBe(0);
  works = true;
  await eventually(async () => expect(records.get("shop.example.net")).toBe("2001:db8:100::1"));
  expect(await ready(harness)).toMatchObject({ status: "False", reason: "NoMember" });
});

test("a record whose service was deleted while the name server was away goes after a restart", async () => {
  const store = memoryStore();
  const records = new Map<string, Ipv6>();
  const written: string[] = [];
  const first = await startHarness({
    store,
    update: async (hostname, address) => {
      if (address === null) throw new Error("the name server is away");
      records.set(hostname, address);
    },
  });
  await first.admin.apply(applyOf(fabricManifests));
  await first.admin.apply(applyOf(shop()));
  await eventually(async () => expect(records.size).toBe(1));
  await first.admin.delete(service);
  await first.stop();
  expect(store.list("dns/").records).toHaveLength(1);

  const second = await startHarness({
    store,
    update: async (hostname, address) => {
      written.push(`${hostname} ${address ?? "gone"}`);
      if (address === null) records.delete(hostname);
    },
  });
  running.push(second);
  await eventually(async () => expect(store.list("dns/").records).toEqual([]));
  expect([records.size, written]).toEqual([0, ["shop.example.net gone"]]);
});

test("names outside the zone are left to others", async () => {
  const written: string[] = [];
  const harness = await startHarness({ update: async (hostname) => void written.push(hostname) });
  running.push(harness);
  await harness.admin.apply(applyOf(fabricManifests));
  await harness.admin.apply(applyOf(shop().replace("shop.example.net", "shop.example.com")));
  await harness.admin.apply(applyOf(shop().replaceAll("shop", "other")));
  await eventually(async () => expect(written).toEqual(["other.example.net"]));
});

test("a record that others removed is written again", async () => {
  const records = new Map<string, Ipv6>();
  const harness = await startHarness({
    update: async (hostname, address) => {
      if (address !== null) records.set(hostname, address);
    },
    holds: async (hostname, address) => records.get(hostname) === address,
  });
  running.push(harness);
  await harness.admin.apply(applyOf(fabricManifests));
  await harness.admin.apply(applyOf(shop()));
  await eventually(async () => expect(records.size).toBe(1));
  records.clear();
  await eventually(async () => expect(records.get("shop.example.net")).toBe("2001:db8:100::1"));
});
