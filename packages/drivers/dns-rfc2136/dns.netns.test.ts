/** Against a real Knot DNS. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { milliseconds, parseIpv6, seconds, type Diagnostic } from "@netwright/base";
import type { ProcessId } from "@netwright/contract";
import { nodeRunner, nodeSystem } from "@netwright/system";
import { afterAll, beforeAll, expect, test } from "vitest";
import { record, server } from "./fixtures.ts";
import { createDnsUpdater, recordWriter, type DnsUpdaterOptions } from "./index.ts";

const directory = mkdtempSync("/run/dns-rfc2136-");
const { processes, clock } = nodeSystem({ run: `${directory}/run`, state: `${directory}/state` });
const port = 15_353;
let knotd: ProcessId;

/** Counts the processes that an action starts. */
let updates = 0;
const runner: DnsUpdaterOptions["runner"] = {
  ...nodeRunner,
  run: (command, options) => {
    updates++;
    return nodeRunner.run(command, options);
  },
};
const updaterWith = (change: Partial<DnsUpdaterOptions>) => createDnsUpdater({ ...server, port, runner, ...change });
const updater = updaterWith({});

const shop = record("shop", "2001:db8:100::5");
const codes = (problems: readonly Diagnostic[]) =>
  problems.map(({ code, subject }) => `${code} ${subject ?? ""}`.trim());

const configuration = `server:
    rundir: ${directory}
    listen: ::1@${port}
    user: root:root
database:
    storage: ${directory}/db
key:
  - id: ${server.key.name}
    algorithm: ${server.key.algorithm}
    secret: ${server.key.secret}
acl:
  - id: update
    key: ${server.key.name}
    action: update
zone:
  - domain: example.net
    storage: ${directory}/zones
    file: zone
    zonefile-sync: -1
    zonefile-load: difference
    journal-content: all
    acl: update
`;

const zone = `$ORIGIN example.net.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 30
@ NS ns
ns AAAA ::1
www AAAA 2001:db8::80
old A 192.0.2.80
mail CNAME www
text TXT "not about addresses"
`;

beforeAll(async () => {
  for (const name of ["zones", "db"]) mkdirSync(`${directory}/${name}`);
  chmodSync(directory, 0o755);
  writeFileSync(`${directory}/zones/zone`, zone);
  writeFileSync(`${directory}/knot.conf`, configuration);
  knotd = await processes.start(["knotd", "-c", `${directory}/knot.conf`], { log: `${directory}/knot.log` });
  const end = clock.monotonic() + seconds(20);
  while (clock.monotonic() < end) {
    const found = await updater.read(["www.example.net"]).catch(() => []);
    if (found[0]?.addresses.length === 1) return;
    await clock.sleep(milliseconds(50));
  }
  throw new Error("knotd does not answer");
});
afterAll(async () => {
  await processes.signal(knotd, "SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

test("adds several names by one process, and finds nothing to do afterwards", async () => {
  const wanted = [shop, record("blog", "2001:db8:100::7"), record("text", "2001:db8:100::8", 5)];
  updates = 0;
  expect(await updater.apply(wanted, [])).toEqual([]);
  expect(updates).toBe(1);
  expect(await updater.read(["shop.example.net", "text.example.net", "none.example.net"])).toEqual([
    { name: "shop.example.net", addresses: [{ address: shop.address, ttl: 30 }], owned: true },
    { name: "text.example.net", addresses: [{ address: "2001:db8:100::8", ttl: 5 }], owned: true },
    { name: "none.example.net", addresses: [], owned: false },
  ]);
  expect(await updater.apply(wanted, [])).toEqual([]);
  expect(updates).toBe(1);
});

test("changes address and TTL, and only the name that differs", async () => {
  const changed = record("shop", "2001:db8:100::6", 60);
  expect(await updater.apply([changed, record("blog", "2001:db8:100::7")], [shop.name])).toEqual([]);
  expect(await updater.read([shop.name])).toMatchObject([{ addresses: [{ address: "2001:db8:100::6", ttl: 60 }] }]);
});

test("removes what was written, with its marker, and leaves other records of the name", async () => {
  expect(await updater.apply([], [shop.name, "text.example.net", "never.example.net"])).toEqual([]);
  expect(await updater.read([shop.name])).toEqual([{ name: shop.name, addresses: [], owned: false }]);
  const dig = async (...question: string[]) =>
    (await nodeRunner.run(["dig", "@::1", "-p", `${port}`, "+short", ...question])).stdout;
  expect(await dig("TXT", "_netwright.shop.example.net")).toBe("");
  expect(await dig("TXT", "text.example.net")).toBe('"not about addresses"\n');
  expect(await dig("AAAA", "blog.example.net")).toBe("2001:db8:100::7\n");
});

test("names of others are neither overwritten nor removed; the error names the record, other names go on", async () => {
  const foreign = ["mail", "old", "www"];
  const wanted = [...foreign, "shop"].map((name) => record(name, "2001:db8:100::5"));
  const problems = await updater.apply(wanted, []);
  expect(codes(problems)).toEqual(["NW1606 mail.example.net", "NW1606 www.example.net", "NW1606 old.example.net"]);
  expect(problems.map(({ message }) => message.split(": ")[1])).toEqual([
    "it has CNAME www.example.net",
    "it has AAAA 2001:db8::80",
    "it has A 192.0.2.80",
  ]);
  expect(await updater.read([shop.name])).toMatchObject([{ owned: true }]);
  expect(
    await updater.apply(
      [],
      foreign.map((name) => `${name}.example.net`),
    ),
  ).toEqual([]);
  expect(await updater.read(["www.example.net"])).toMatchObject([
    { addresses: [{ address: "2001:db8::80" }], owned: false },
  ]);
});

test("a marker that is not ours keeps the name", async () => {
  const input = `server ::1 ${port}\nzone example.net.\nkey ${server.key.algorithm}:${server.key.name} ${server.key.secret}\n`;
  const theirs = `${input}update add _netwright.theirs.example.net. 30 TXT "heritage=somebody"\nsend\n`;
  expect(await nodeRunner.run(["nsupdate"], { input: theirs })).toMatchObject({ code: 0 });
  expect(codes(await updater.apply([record("theirs", "2001:db8:100::9")], []))).toEqual(["NW1606 theirs.example.net"]);
  expect(await updater.read(["theirs.example.net"])).toMatchObject([{ addresses: [] }]);
});

test("a wrong secret and an unknown key are NW1601 and name the key", async () => {
  const wanted = [record("new", "2001:db8:100::9")];
  for (const [key, reason] of [
    [{ ...server.key, secret: "d3JvbmcgYnV0IGxvbmcgZW5vdWdoIGZvciB0aGlzIQ==" }, "BADSIG"],
    [{ ...server.key, name: "other" }, "BADKEY"],
  ] as const) {
    const problems = await updaterWith({ key }).apply(wanted, []);
    expect(codes(problems)).toEqual(["NW1601 new.example.net"]);
    expect(problems[0]?.message).toContain(`does not accept key ${key.name} (${reason})`);
  }
});

test("a zone that the server does not have is NW1601 and named", async () => {
  const problems = await updaterWith({ zone: "example.org" }).apply([{ ...shop, name: "shop.example.org" }], []);
  expect(codes(problems)).toEqual(["NW1601"]);
  expect(problems[0]?.message).toContain("zone example.org");
});

test("names outside the zone are NW1203, and the others go on", async () => {
  const problems = await updater.apply([{ ...shop, name: "shop.example.org" }, shop], []);
  expect(codes(problems)).toEqual(["NW1203 shop.example.org"]);
});

test("recordWriter() writes and removes one name, and throws what is in the way", async () => {
  const write = recordWriter(updater, 30);
  await write("one.example.net", parseIpv6("2001:db8:100::a"));
  expect(await updater.read(["one.example.net"])).toMatchObject([{ addresses: [{ ttl: 30 }], owned: true }]);
  await write("one.example.net", null);
  expect(await updater.read(["one.example.net"])).toMatchObject([{ addresses: [], owned: false }]);
  await expect(write("www.example.net", shop.address)).rejects.toMatchObject({ code: "NW1606" });
});

test("a server that is down is NW1505, with nothing written; later it goes on from where it is", async () => {
  const nobody = updaterWith({ port: port + 1 });
  const problems = await nobody.apply([record("late", "2001:db8:100::b")], []);
  expect(codes(problems)).toEqual(["NW1505"]);
  expect(problems[0]?.message).toContain(`::1 port ${port + 1}`);
  expect(await updater.apply([record("late", "2001:db8:100::b")], [])).toEqual([]);
});
