/** The driver against a real HAProxy with real members, in a network namespace. Run through tools/sandbox. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { milliseconds, type Clock, type Instant } from "@netwright/base";
import { latencyBucketCount, latencyQuantile } from "@netwright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { member, shop } from "./example.ts";
import { proxyHaproxy, readProxyHealth, readProxyUsage } from "./index.ts";
import {
  certificate,
  converge,
  curl,
  curlInside,
  directory,
  freshLoad,
  inside,
  instance,
  netns,
  output,
  pids,
  planFor,
  run,
  serve,
  served,
  servers,
  shopWith,
  statuses,
  system,
} from "./testing.ts";
import type { ProxyWant } from "./want.ts";

beforeAll(async () => {
  run("ip", "netns", "add", netns);
  run("ip", "-n", netns, "link", "set", "lo", "up");
  for (const number of [1, 2, 3])
    run("ip", "-n", netns, "address", "add", `${member(number).address}/128`, "dev", "lo", "nodad");
  served.pem = certificate("a");
  for (const number of [1, 2, 3]) serve(number);
});

afterAll(async () => {
  for (const server of servers) server.kill("SIGKILL");
  await converge([]);
});

test("nothing is missing here, and the members are up", async () => {
  expect(await proxyHaproxy.probe(system)).toEqual([]);
  const listening = () => inside("ss", "-Hltn").match(/:8080 /g);
  await expect.poll(listening).toHaveLength(3);
});

test("starts and serves TLS with HTTP/2, the client's address and the right protocol", async () => {
  expect(await converge(shopWith([1]))).toEqual(["Start"]);
  const answer = curl(
    "-H",
    "X-Forwarded-For: 1.2.3.4",
    "-H",
    "Forwarded: for=1.2.3.4",
    "-w",
    "%{http_version} %{http_code}",
    "https://shop.example.net/",
  );
  expect(answer).toMatch(/2 200$/);
  expect(answer).toMatch(/"x-forwarded-for":"::1"/);
  expect(answer).toMatch(/"x-forwarded-proto":"https"/);
  expect(answer).not.toContain("1.2.3.4");
  await expect.poll(statuses).toEqual({ "shop-web-1": "Up" });
  expect((await readProxyHealth(system, instance)).traffic).toMatchObject({ requests: 1, responses: { "2xx": 1 } });
});

test("the process is not root and confined", async () => {
  const [pid] = await pids();
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  expect(status).toMatch(new RegExp(`^Uid:\\s+${run("id", "-u", "haproxy").trim()}\\s`, "m"));
  expect(run("readlink", `/proc/${pid}/root`).trim()).toBe("/var/lib/haproxy");
});

test("plain HTTP is redirected with path and query; unknown names are misdirected; TLS 1.1 is refused", () => {
  expect(curl("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "http://shop.example.net/a?b=c")).toBe(
    "308 https://shop.example.net/a?b=c",
  );
  expect(curl("-o", "/dev/null", "-w", "%{http_code}", "http://other.example.net/")).toBe("421");
  expect(curl("-k", "-o", "/dev/null", "-w", "%{http_code}", "https://other.example.net/")).toBe("421");
  const old =
    "openssl s_client -connect [::1]:443 -servername shop.example.net -tls1_1 -cipher DEFAULT:@SECLEVEL=0 </dev/null 2>&1 | grep -E 'alert|New,'";
  expect(inside("sh", "-c", old)).toMatch(/alert protocol version/);
});

test("members come and go through the same process and a restart comes up equal", async () => {
  const before = await pids();
  expect(await converge(shopWith([1, 2]))).toEqual(["AddMember", "WriteFiles"]);
  await expect.poll(statuses).toEqual({ "shop-web-1": "Up", "shop-web-2": "Up" });
  const answers = new Set(Array.from({ length: 8 }, () => curl("https://shop.example.net/").split(" ")[0]));
  expect(answers).toEqual(new Set(["shop-web-1", "shop-web-2"]));
  expect(await converge(shopWith([2, 3]))).toEqual(["AddMember", "WriteFiles", "RemoveMember"]);
  expect(await pids()).toEqual(before);

  process.kill(before[0] ?? 0, "SIGKILL");
  await expect.poll(pids).toEqual([]);
  expect(await readProxyHealth(system, instance)).toMatchObject({ listening: false });
  expect(await converge(shopWith([2, 3]))).toEqual(["Start"]);
  await expect.poll(statuses).toEqual({ "shop-web-2": "Up", "shop-web-3": "Up" });
  expect(curl("https://shop.example.net/")).toMatch(/^shop-web-[23] /);
});

test("a member from the file is removed at run time too, although it keeps idle connections", async () => {
  const before = await pids();
  expect(await converge(shopWith([3]))).toEqual(["WriteFiles", "RemoveMember"]);
  expect(await pids()).toEqual(before);
  expect(Object.keys(await statuses())).toEqual(["shop-web-3"]);
});

test("where all members are others, those that were there go when one that came serves", async () => {
  run("ip", "-n", netns, "address", "add", `${member(4).address}/128`, "dev", "lo", "nodad");
  const round = async (want: ProxyWant): Promise<readonly string[]> => {
    const { install, retire } = await planFor(want);
    expect(await proxyHaproxy.apply(system, [...install, ...retire])).toEqual([]);
    return [...install, ...retire].map(({ kind }) => kind);
  };
  expect(await round(shopWith([4]))).toEqual(["AddMember", "WriteFiles", "RemoveMember"]);
  expect(await round(shopWith([4]))).toEqual(["RemoveMember"]);
  await expect.poll(statuses).toEqual({ "shop-web-3": "Up", "shop-web-4": "Down" });
  expect(curl("https://shop.example.net/")).toMatch(/^shop-web-3 /);
  serve(4);
  await expect.poll(() => round(shopWith([4])), { timeout: 20_000 }).toEqual([]);
  await expect.poll(statuses).toEqual({ "shop-web-4": "Up" });
  await expect.poll(() => round(shopWith([3])), { timeout: 20_000 }).toEqual([]);
  expect(curl("https://shop.example.net/")).toMatch(/^shop-web-3 /);
});

test("requests, answers and latencies are counted, by member", async () => {
  const before = await readProxyUsage(system, instance);
  await Promise.all(Array.from({ length: 6 }, () => curlInside("https://shop.example.net/?wait=300")));
  for (const _ of Array(14).keys()) curl("https://shop.example.net/");
  const after = await readProxyUsage(system, instance);
  expect((after?.front.requests ?? 0) - (before?.front.requests ?? 0)).toBe(20);
  const [then, now] = [before, after].map((usage) => usage?.members.get("shop-web-3")?.latencies);
  const count = (bucket: number): number => (now?.get(bucket) ?? 0) - (then?.get(bucket) ?? 0);
  const counts = Array.from({ length: latencyBucketCount }, (_, bucket) => count(bucket));
  expect(counts.reduce((sum, each) => sum + each, 0)).toBe(20);
  expect(latencyQuantile(counts, 0.71)).toBeGreaterThanOrEqual(280);
});

test("a member that still serves is drained, and goes when its request has ended", async () => {
  await converge(shopWith([1, 3]));
  await expect.poll(statuses).toEqual({ "shop-web-1": "Up", "shop-web-3": "Up" });
  const slow = Array.from({ length: 4 }, () => curlInside("https://shop.example.net/?wait=5000"));
  await expect
    .poll(async () => (await readProxyHealth(system, instance)).backends[0]?.members.map(({ sessions }) => sessions))
    .toEqual([2, 2]);
  expect(await converge(shopWith([3]))).toEqual(["WriteFiles", "RemoveMember"]);
  expect(await statuses()).toMatchObject({ "shop-web-1": "Draining" });
  expect(await Promise.all(slow)).toEqual(["200", "200", "200", "200"]);
  expect(await converge(shopWith([3]))).toEqual(["RemoveMember"]);
  expect(Object.keys(await statuses())).toEqual(["shop-web-3"]);
});

test("a member that comes back while draining serves again", async () => {
  await converge(shopWith([1, 3]));
  await expect.poll(statuses).toEqual({ "shop-web-1": "Up", "shop-web-3": "Up" });
  const slow = Array.from({ length: 4 }, () => curlInside("https://shop.example.net/?wait=4000"));
  await expect
    .poll(async () => (await readProxyHealth(system, instance)).backends[0]?.members.map(({ sessions }) => sessions))
    .toEqual([2, 2]);
  await converge(shopWith([3]));
  expect(await converge(shopWith([1, 3]))).toEqual(["EnableMember", "WriteFiles"]);
  await Promise.all(slow);
  await expect.poll(statuses).toEqual({ "shop-web-1": "Up", "shop-web-3": "Up" });
});

test("a dead member is noticed and serves no more; requests go elsewhere", async () => {
  await converge(shopWith([1, 2, 3]));
  servers[1]?.kill("SIGKILL");
  const codes = Array.from({ length: 10 }, () =>
    curl("-o", "/dev/null", "-w", "%{http_code}", "https://shop.example.net/"),
  );
  expect(codes).toEqual(Array(10).fill("200"));
  await expect.poll(statuses).toMatchObject({ "shop-web-2": "Down" });
  serve(2);
  await expect.poll(statuses).toMatchObject({ "shop-web-2": "Up" });
});

test("a new certificate is taken over without a reload", async () => {
  const before = await pids();
  served.pem = certificate("b");
  expect(await converge(shopWith([1, 2, 3]))).toEqual(["ReplaceCertificate", "WriteFiles"]);
  expect(await pids()).toEqual(before);
  const subject =
    "openssl s_client -connect [::1]:443 -servername shop.example.net </dev/null 2>/dev/null | openssl x509 -noout -subject";
  expect(inside("sh", "-c", subject)).toContain("CN = b");
});

test("no request fails while members come and go and listeners are reloaded, half of them on new connections", async () => {
  const listeners = shop().run.listeners;
  const extra = { kind: "Redirect", port: 8081, hostname: "shop.example.net", httpsPort: 443 } as const;
  // The very socket is handed over: connections that wait to be accepted go with it.
  const listeningSocket = () => /ino:(\d+)/.exec(inside("ss", "-Hltne", "sport = :443"))?.[1];
  const socket = listeningSocket();
  expect(socket).toBeDefined();
  const before = await pids();
  // One connection each, kept as long as the proxy keeps it; a start every 20 ms.
  const kept = Array.from({ length: 4 }, () => curlInside("--rate", "3000/m", "https://shop.example.net/?n=[1-200]"));
  const fresh = freshLoad(120, 40);
  // A connection for each request, as fast as they go: some always wait to be accepted, also while a reload happens.
  const closing = ["-t1", "-c8", "-d4", "-H", "Connection: close", "-H", "Host: shop.example.net", "https://[::1]/"];
  const storm = output("wrk", closing);
  const reloaded: number[] = [];
  for (let step = 0; step < 6; step++) {
    const numbers = [1 + (step % 3), 1 + ((step + 1) % 3)].toSorted((a, b) => a - b);
    const change = step === 2 || step === 3 ? { listeners: [...listeners, extra] } : {};
    if ((await converge(shopWith(numbers, change))).includes("Reload")) reloaded.push(step);
    await system.clock.sleep(milliseconds(400));
  }
  expect(reloaded).toEqual([2, 4]);
  expect(listeningSocket()).toBe(socket);
  expect(await fresh).toEqual({ sent: 120, failed: 0 });
  expect(await storm).toMatch(/requests in/);
  expect(await storm).not.toMatch(/Socket errors|Non-2xx/);
  expect((await Promise.all(kept)).join("")).toBe("200".repeat(800));
  expect(await pids()).not.toEqual(before);
});

test("without the private key what runs goes on, and changes; nothing is started that lacks it", async () => {
  await converge(shopWith([1, 2]));
  const extra = { kind: "Redirect", port: 8082, hostname: "shop.example.net", httpsPort: 443 } as const;
  expect(await converge(shopWith([2, 3], {}, ""))).toEqual(["AddMember", "WriteFiles", "RemoveMember"]);
  expect(await converge(shopWith([2, 3], { listeners: [...shop().run.listeners, extra] }, ""))).toEqual(["Reload"]);
  expect(curl("-k", "https://shop.example.net/")).toMatch(/^shop-web-/);
  const other = { kind: "Https", port: 444, hostname: "x.example.net", certificate: "x", backend: "web" } as const;
  const more = { listeners: [...shop().run.listeners, other], certificates: [{ name: "x", digest: "x" }] };
  expect(await planFor(shopWith([2, 3], more, ""))).toEqual({ install: [], retire: [] });
  await converge(shopWith([1, 2]));
});

test("a process that hangs is replaced", async () => {
  const want = shopWith([1, 2]);
  await converge(want);
  const [hung = 0] = await pids();
  process.kill(hung, "SIGSTOP");
  expect(await converge(want)).toEqual(["Start"]);
  expect(await pids()).not.toContain(hung);
});

test("what HAProxy refuses is a problem, and what ran keeps running", async () => {
  const want = shopWith([1, 2], {}, "nonsense");
  const broken = {
    ...want[0],
    run: {
      ...want[0]?.run,
      listeners: [
        { kind: "Https", port: 444, hostname: "x.example.net", certificate: "shop.example.net", backend: "web" },
      ],
    },
  };
  const { install } = await planFor([broken] as ProxyWant);
  const problems = await proxyHaproxy.apply(system, install);
  expect(problems).toMatchObject([{ slot: "proxy", code: "NW1601", subject: "default.shop-proxy-1" }]);
  expect(curl("-k", "https://shop.example.net/")).toMatch(/^shop-web-/);
  await converge(shopWith([1, 2]));
});

test("stopping leaves no process and no file; the clock ends one that does not finish", async () => {
  const slow = curlInside("https://shop.example.net/?wait=5000");
  await expect
    .poll(async () =>
      (await readProxyHealth(system, instance)).backends[0]?.members.map(({ sessions }) => sessions).toSorted(),
    )
    .toEqual([0, 1]);
  expect(await converge([])).toEqual(["Stop"]);
  expect(await pids()).toHaveLength(1);
  const later: Clock = { ...system.clock, now: () => (system.clock.now() + 11_000) as Instant };
  const have = await proxyHaproxy.observe({ ...system, clock: later }, []);
  const { retire } = proxyHaproxy.plan([], have);
  expect(retire.map(({ kind }) => kind)).toEqual(["Kill"]);
  await proxyHaproxy.apply(system, retire);
  expect(await system.files.list(join(directory, "run", "haproxy"))).toEqual([]);
  expect(await slow).toBe("000");
});
