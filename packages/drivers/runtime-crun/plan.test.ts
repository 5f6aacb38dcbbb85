import type { Digest } from "@netwright/base";
import { expect, test } from "vitest";
import type { ImageRecord } from "../image-store/index.ts";
import { bundleConfig, bundleFiles } from "./bundle.ts";
import { web, webInstance } from "./example.ts";
import { parseExit } from "./facts.ts";
import { listeningPorts } from "./listening.ts";
import { parseProcessLine, type GenerationHave } from "./observe.ts";
import { describe, plan } from "./plan.ts";
import { containerOf, generationOf, type RuntimeWant } from "./want.ts";

const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
const supervisor = { pid: 7, startTicks: 70 };
const running: GenerationHave = { supervisor, stopping: false };
const generation = generationOf(webInstance());

function lines(
  want: RuntimeWant,
  generations: Record<string, GenerationHave>,
): { install: string[]; retire: string[] } {
  const { install, retire } = plan(want, {
    paths,
    generations: new Map(Object.entries(generations)),
    images: new Map(),
  });
  return { install: install.map(describe), retire: retire.map(describe) };
}

const start = ["start container default.shop-web-1"];

test("what runs as wanted is left alone; what is missing or has lost its supervisor is started", () => {
  expect(lines([webInstance()], { [generation]: running })).toEqual({ install: [], retire: [] });
  expect(lines([webInstance()], {})).toEqual({ install: start, retire: [] });
  expect(lines([webInstance()], { [generation]: { ...running, supervisor: null } })).toEqual({
    install: start,
    retire: [],
  });
});

test("a container waits for its image, and one that runs is not touched by its absence", () => {
  const digest = `sha256:${"a".repeat(64)}` as Digest;
  const instance = webInstance({ image: "registry.example.net/shop:1", digest });
  const record = { digest } as ImageRecord;
  const have = { paths, generations: new Map<string, GenerationHave>(), images: new Map([[digest, record]]) };
  expect(plan([instance], { ...have, images: new Map() })).toEqual({ install: [], retire: [] });
  expect(plan([webInstance({ image: "registry.example.net/shop:1" })], have)).toEqual({ install: [], retire: [] });
  expect(plan([instance], have).install).toMatchObject([{ kind: "Start", image: record }]);
  const generations = new Map([[generationOf(instance), running]]);
  expect(plan([instance], { ...have, generations, images: new Map() })).toEqual({ install: [], retire: [] });
});

test("a container waits for its secrets; their values stand in nothing that names it", () => {
  const ref = { name: "db", key: "password", digest: "d1" };
  const workload = web({ env: [{ name: "PASSWORD", secret: ref }], files: [{ path: "/p", secret: ref, mode: 0o400 }] });
  const instance = (value?: string) =>
    containerOf({ project: "default" }, workload, [
      { digest: "d1", ...(value === undefined ? {} : { value }) },
    ]) as NonNullable<ReturnType<typeof containerOf>>;
  expect(lines([instance()], {})).toEqual({ install: [], retire: [] });
  expect(lines([instance("Y2FuYXJ5")], {})).toEqual({ install: start, retire: [] });
  expect(generationOf(instance("Y2FuYXJ5"))).toBe(generationOf(instance("b3RoZXI=")));
  const root = { kind: "Host", names: ["etc"] } as const;
  expect(bundleConfig(instance("Y2FuYXJ5"), paths, root)).toMatchObject({
    process: { env: expect.arrayContaining(["PASSWORD=canary"]) as string[] },
  });
  expect(bundleFiles(instance("Y2FuYXJ5"), paths, root)[0]).toMatchObject({ content: "Y2FuYXJ5", mode: 0o400 });
});

test("a container waits for its certificate; the next one is exchanged while it runs", () => {
  const identity = { digest: "d1", authority: "AUTHORITY", name: "web.shop.internal" };
  const value = Buffer.from("CERTIFICATE\n-----BEGIN PRIVATE KEY-----\ncanary").toString("base64");
  const instance = (digest: string, delivered = true) =>
    containerOf({ project: "default" }, { ...web({ tls: "/run/tls" }), identity: { ...identity, digest } }, [
      { digest, ...(delivered ? { value } : {}) },
    ]) as NonNullable<ReturnType<typeof containerOf>>;
  expect(lines([instance("d1", false)], {})).toEqual({ install: [], retire: [] });
  expect(lines([instance("d1")], {})).toEqual({ install: start, retire: [] });
  const own = generationOf(instance("d1"));
  expect(generationOf(instance("d2"))).toBe(own);
  const have = { [own]: { ...running, identity: "d1" } };
  expect(lines([instance("d1")], have)).toEqual({ install: [], retire: [] });
  expect(lines([instance("d2", false)], have)).toEqual({ install: [], retire: [] });
  const exchange = ["exchange certificate of container default.shop-web-1"];
  expect(lines([instance("d2")], have)).toEqual({ install: exchange, retire: [] });
  expect(bundleConfig(instance("d1"), paths, { kind: "Host", names: ["etc"] })).toMatchObject({
    mounts: expect.arrayContaining([expect.objectContaining({ destination: "/run/tls", type: "bind" })]) as unknown[],
  });
});

test("what was told to stop and is wanted again is started again", () => {
  expect(lines([webInstance()], { [generation]: { ...running, stopping: true } }).install).toEqual(start);
});

test("another run: the new one starts, the old one stops", () => {
  const want = [webInstance({ command: ["true"] })];
  expect(lines(want, { [generation]: running })).toEqual({
    install: start,
    retire: ["stop container default.shop-web-1"],
  });
});

test("what is not wanted is told once to stop; without a supervisor its remains are removed", () => {
  expect(lines([], { [generation]: running }).retire).toEqual(["stop container default.shop-web-1"]);
  expect(lines([], { [generation]: { ...running, stopping: true } }).retire).toEqual([]);
  const dead = { supervisor: null, stopping: true };
  expect(lines([], { [generation]: dead }).retire).toEqual(["remove what is left of container default.shop-web-1"]);
});

test("proxies are another driver's", () => {
  const proxy = { ...web(), run: { kind: "Proxy", listeners: [], backends: [], certificates: [] } } as const;
  expect(containerOf({ project: "default" }, proxy)).toBeUndefined();
});

test.each([
  ["0 1700000000000 0 0", "Exited", 0, 0],
  ["3 1700000000000 2 0", "Exited", 3, 2],
  ["137 1700000000000 0 1", "OOMKilled", 137, 0],
  ["0 1700000000000 0 1", "Exited", 0, 0],
  ["143 1700000000000 0 0", "Killed", 143, 0],
  ["125 1700000000000 4 0", "StartFailed", 125, 4],
  ["- 1700000000000 1 0", "Unknown", null, 1],
])("the end %j is read as %s", (line, reason, status, restarts) => {
  expect(parseExit(`${line}\n`)).toEqual({
    exit: { reason, status, at: 1_700_000_000_000, pause: null },
    restarts,
  });
  expect(parseExit(`${line} 800\n`)?.exit.pause).toBe(800);
});

test("half a line is nothing", () => {
  expect(parseExit("")).toBeNull();
  expect(parseProcessLine("")).toBeUndefined();
  expect(parseProcessLine("35 (s) h) S 1 35 35 0 -1 4 182 0 0 0 1 2 0 0 20 0 1 0 4711 9")).toEqual({
    pid: 35,
    startTicks: 4711,
  });
});

test("listening sockets are told from connected ones", () => {
  const table = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:0050 00000000000000000000000001000000:A3D2 01 00000000:00000000
   2: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000
`;
  expect(listeningPorts(table, "tcp")).toEqual([8080]);
  expect(listeningPorts(table, "udp")).toEqual([53]);
});
