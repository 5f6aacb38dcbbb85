/** The loader's protocol, and what it leaves in the kernel. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countersMax, membersMax, tablesMax } from "../../packages/drivers/load-balancer-ebpf/layout.ts";
import { index, listenerKey, listenerValue, macValue } from "./testing/layout.ts";
import { Loader, object } from "./testing/loader.ts";
import { listeners, macOf } from "./testing/scene.ts";

const directory = "/run/balancer-loader";
const ip = (...words: readonly string[]): string => execFileSync("ip", words, { encoding: "utf8" });
const tc = (...words: readonly string[]): string => execFileSync("tc", words, { encoding: "utf8" });
interface Attached {
  readonly device: string;
  readonly ifindex: number | null;
  readonly id: number | null;
}
const attachedTo = (loader: Loader, device: string, netns = "/run/netns/tenant") =>
  loader.ask<readonly Attached[]>("attached", { netns, devices: [device] });

let loader: Loader;
beforeAll(() => {
  ip("netns", "add", "tenant");
  ip("link", "add", "name", "up", "type", "veth", "peer", "name", "uplink", "netns", "tenant");
  loader = new Loader(directory);
});
afterAll(() => loader[Symbol.asyncDispose]());

test("says whether this kernel can do it, and leaves nothing behind", async () => {
  expect(await loader.ask("probe", { object })).toEqual({ missing: [] });
  expect(existsSync(directory)).toBe(false);
});

test("what is wrong with a request is said, and the next one is served", async () => {
  expect((await loader.say("{")).error).toMatchObject({ code: "EREQUEST" });
  expect((await loader.say("[]")).error).toMatchObject({ code: "EREQUEST" });
  const entries = [["00", "00"]];
  for (const [op, fields, code] of [
    ["fly", {}, "EREQUEST"],
    ["load", {}, "EREQUEST"],
    ["load", { object: "/nowhere.o" }, "ENOENT"],
    ["load", { object: "/etc/hostname" }, /./],
    ["write", { map: "members", entries }, "ENOTLOADED"],
    ["attach", { device: "lo", program: "uplink" }, "ENOTLOADED"],
    ["stats", {}, "ENOTLOADED"],
  ] as const)
    expect((await loader.refusal(op, fields))?.code, JSON.stringify([op, fields])).toMatch(code);
  await loader.ask("load", { object });
  for (const [op, fields, code] of [
    ["write", { map: "no-such", entries }, "EREQUEST"],
    ["write", { map: "members", entries: {} }, "EREQUEST"],
    ["write", { map: "counters", entries }, "EREQUEST"],
    ["write", { map: "members", entries: [[index(70_000), macValue(macOf(1))]] }, "E2BIG"],
    ["dump", { map: "members" }, "EREQUEST"],
    ["counters", { from: 5000, count: 1 }, "ENOENT"],
    ["attach", { device: "lo", program: "xdp" }, "EREQUEST"],
    ["attach", { device: "none", program: "uplink" }, "ENODEV"],
    ["attach", { netns: "/run/netns/none", device: "uplink", program: "uplink" }, "ENOENT"],
    ["test", { program: "uplink", data: "0g" }, "EREQUEST"],
    ["test", { program: "uplink", data: "00" }, "EINVAL"],
  ] as const)
    expect((await loader.refusal(op, fields))?.code, JSON.stringify([op, fields])).toMatch(code);
  const good = [index(1), macValue(macOf(1))];
  expect(await loader.refusal("write", { map: "members", entries: [good, [index(2), "00"], good] })).toMatchObject({
    at: 1,
  });
  expect(await loader.ask("read", { map: "members", keys: [index(1), index(2)] })).toEqual([good[1], "0".repeat(16)]);
});

test("a kernel that lacks what the programs call is told, and so is one that refuses them", async () => {
  const changed = (from: Buffer, to: Buffer): string => {
    const octets = readFileSync(object);
    expect(octets.indexOf(from)).toBeGreaterThan(0);
    for (let at = octets.indexOf(from); at >= 0; at = octets.indexOf(from)) to.copy(octets, at);
    writeFileSync("/run/changed.bpf.o", octets);
    return "/run/changed.bpf.o";
  };
  const unknown = changed(Buffer.from("bpf_skb_ct_lookup"), Buffer.from("bpf_skb_ct_lookuq"));
  expect(await loader.refusal("probe", { object: unknown })).toMatchObject({
    code: "EKERNEL",
    message: expect.stringContaining("cannot be asked for connections") as string,
  });
  // Another licence: the kernel gives connection tracking to programs under its own alone.
  const foreign = changed(Buffer.from("GPL\0"), Buffer.from("XYZ\0"));
  expect(await loader.refusal("load", { object: foreign })).toMatchObject({
    code: "EVERIFIER",
    log: expect.stringContaining("BEGIN PROG LOAD LOG") as string,
  });
  expect(await loader.ask("probe", { object })).toEqual({ missing: [] });
});

test("elements are written, read, listed and removed", async () => {
  const keys = [listenerKey(listeners.tcp), listenerKey(listeners.udp)];
  const entries = keys.map((key, at) => [key, listenerValue(at, at + 1, 3)]);
  expect(await loader.ask("write", { map: "listeners", entries })).toEqual({ written: 2 });
  expect(new Set(await loader.ask<string[][]>("dump", { map: "listeners" }))).toEqual(new Set(entries));
  expect(await loader.ask("remove", { map: "listeners", keys: [keys[1], keys[1]] })).toEqual({ removed: 1 });
  expect(await loader.ask("read", { map: "listeners", keys })).toEqual([entries[0]?.[1], null]);
});

test("maps have as many elements as the driver believes", async () => {
  const last = async (map: string, max: number): Promise<readonly unknown[]> =>
    loader.ask<readonly unknown[]>("read", { map, keys: [index(max - 1), index(max)] });
  const none = null;
  expect(await last("tables", tablesMax)).toEqual([expect.any(String), none]);
  expect(await last("members", membersMax + 1)).toEqual([expect.any(String), none]);
  expect(await loader.ask("counters", { from: countersMax - 1, count: 1 })).toHaveLength(1);
  expect((await loader.refusal("counters", { from: countersMax, count: 1 }))?.code).toBe("ENOENT");
});

test("attaches beside filters of others, and takes away its own alone", async () => {
  const inside = ["-n", "tenant"] as const;
  tc(...inside, "qdisc", "add", "dev", "uplink", "clsact");
  const [pinned = ""] = readdirSync(`${directory}/1/programs`);
  const foreign = ["bpf", "direct-action", "object-pinned", `${directory}/1/programs/${pinned}`];
  tc(...inside, "filter", "add", "dev", "uplink", "ingress", "pref", "5", ...foreign);
  const others = (): string => tc(...inside, "filter", "show", "dev", "uplink", "ingress", "pref", "5");
  const before = others();
  const request = { netns: "/run/netns/tenant", device: "uplink", program: "uplink" };
  expect(await attachedTo(loader, "uplink")).toMatchObject([{ device: "uplink", id: null }]);
  const first = await loader.ask<{ id: number; changed: boolean }>("attach", request);
  expect(first.changed).toBe(true);
  expect(await loader.ask("attach", request)).toMatchObject({ id: first.id, changed: false });
  expect(await attachedTo(loader, "uplink")).toMatchObject([{ id: first.id }]);
  expect(await loader.ask("attach", { ...request, program: "tunnel" })).toMatchObject({ changed: true });
  await loader.ask("attach", request);
  expect(others()).toBe(before);
  expect(await loader.ask("detach", request)).toEqual({ changed: true });
  expect(await loader.ask("detach", request)).toEqual({ changed: false });
  expect(others()).toBe(before);
  expect(await loader.ask("attached", { devices: ["uplink"] })).toEqual([
    { device: "uplink", ifindex: null, id: null },
  ]);
});

test("the next loader finds everything as it was; a newer object takes the maps over", async () => {
  const request = { netns: "/run/netns/tenant", device: "uplink", program: "uplink" };
  const { id } = await loader.ask<{ id: number }>("attach", request);
  const kept = await loader.ask("dump", { map: "listeners" });
  await using next = new Loader(directory);
  expect(await next.ask("load", { object })).toMatchObject({ adopted: true, programs: { uplink: id } });
  expect(await next.ask("dump", { map: "listeners" })).toEqual(kept);

  const newer = "/run/newer.bpf.o";
  writeFileSync(newer, Buffer.concat([readFileSync(object), Buffer.alloc(1)]));
  const { adopted, programs } = await next.ask<{ adopted: boolean; programs: { uplink: number } }>("load", {
    object: newer,
  });
  expect(adopted).toBe(false);
  expect(await next.ask("dump", { map: "listeners" })).toEqual(kept);
  expect(await attachedTo(next, "uplink")).toMatchObject([{ id }]);
  expect(await next.ask("attach", request)).toMatchObject({ id: programs.uplink, changed: true });
  expect(await next.ask("load", { object: newer })).toMatchObject({ adopted: true });
});

test("unloaded, no pin and no mount is left, and what is attached works on", async () => {
  const [before] = await attachedTo(loader, "uplink");
  await loader.ask("unload");
  expect(existsSync(directory)).toBe(false);
  expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(directory);
  expect(await loader.ask("attached", { netns: "/run/netns/tenant", devices: ["uplink"] })).toEqual([before]);
  expect(await loader.ask("load", { object })).toMatchObject({ adopted: false });
  expect(await loader.ask("dump", { map: "listeners" })).toEqual([]);
});
