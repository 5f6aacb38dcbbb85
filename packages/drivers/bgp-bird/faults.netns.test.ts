/** What happens when something dies, is cut or is damaged. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bfd, bgpOf, pool, service, stateOf } from "./fixtures.ts";
import { readBgp } from "./index.ts";
import * as fabric from "./testdata/fabric.ts";

const {
  buildFabric,
  converge,
  convergeNode,
  cut,
  demolishFabric,
  edges,
  expectRoute,
  heal,
  killBird,
  managed,
  pidOf,
  run,
} = fabric;
const { sessionTimes, expectSessions, systemOf, until, watchRoute } = fabric;

const vip = service(5);
const address = vip.slice(0, -4);

beforeAll(async () => {
  await buildFabric();
  for (const node of managed) await expectSessions(node);
  await convergeNode("host1", [vip]);
  await convergeNode("host2", [vip, service(7)]);
  await convergeNode("host3", [vip]);
  for (const edge of edges) await expectRoute(edge, address, "host1 host2 host3");
});
afterAll(demolishFabric);

describe("faults", () => {
  test("a killed edge BIRD: its kernel keeps forwarding through the restart; the round starts exactly one again", async () => {
    const before = pidOf("edge1");
    const lost = watchRoute("edge1", address);
    await killBird("edge1");
    const round = await convergeNode("edge1");
    expect(round).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Start", replace: null }] });
    expect(pidOf("edge1")).not.toBe(before);
    await expectSessions("edge1");
    expect(await lost()).toBe(0);
    await expectRoute("edge1", address, "host1 host2 host3");
    await expectRoute("provider", pool, "edge1 edge2");
  });

  test("a killed host BIRD: the default route stays through the restart, and the announcements come back", async () => {
    const lost = watchRoute("host1", "default");
    await killBird("host1");
    for (const edge of edges) await expectRoute(edge, address, "host2 host3");
    expect(await convergeNode("host1", [vip])).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Start" }] });
    for (const edge of edges) await expectRoute(edge, address, "host1 host2 host3");
    expect(await lost()).toBe(0);
  });

  test("routes that a killed BIRD left and nobody announces any more go away after the restart", async () => {
    await killBird("edge2");
    await convergeNode("host3", []);
    await expectRoute("edge2", address, "host1 host2 host3");
    await convergeNode("edge2");
    await expectRoute("edge2", address, "host1 host2");
    await convergeNode("host3", [vip]);
    await expectRoute("edge2", address, "host1 host2 host3");
  });

  test("a silent BIRD is replaced", async () => {
    const pid = pidOf("host3");
    await systemOf("host3").runner.run(["kill", "-STOP", String(pid)]);
    const round = await convergeNode("host3", [vip]);
    expect(round).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Start", replace: { pid } }] });
    await until("the old process is gone", async () => (await systemOf("host3").processes.identify(pid)) === undefined);
    for (const edge of edges) await expectRoute(edge, address, "host1 host2 host3");
  });

  test("a new agent without the record adopts the running BIRD", async () => {
    const pid = pidOf("host2");
    await systemOf("host2").files.remove(`${systemOf("host2").paths.run}/bird/process.json`);
    expect(await convergeNode("host2", [vip, service(7)])).toMatchObject({
      changes: [{ kind: "Adopt" }],
      problems: [],
      rest: [],
    });
    expect(pidOf("host2")).toBe(pid);
  });

  test("a host cut silently leaves the edges' ECMP by BFD, and is back after healing", async () => {
    await cut("host2", "edge1");
    const took = await expectRoute("edge1", address, "host1 host3");
    console.log(`silently cut host left the edge's kernel after ${Math.round(took)} ms`);
    await until("host2 reports the session to edge1 alone as down", async () => {
      const states = (await readBgp(systemOf("host2"))).sessions.map(({ neighbor, state }) => `${neighbor} ${state}`);
      return states.join(", ") === "edge1 Down, edge2 Established";
    });
    await heal("host2", "edge1");
    console.log(`it was back ${Math.round(await expectRoute("edge1", address, "host1 host2 host3"))} ms after healing`);
  });

  test("an edge that loses all its hosts silently withdraws the aggregate by itself; the other one keeps it", async () => {
    for (const host of ["host1", "host2", "host3"]) await cut("edge1", host);
    await expectRoute("provider", pool, "edge2");
    // Known through the other edge, so that packets that still come in are not lost.
    await expectRoute("edge1", address, "edge2");
    expect((await readBgp(systemOf("edge1"))).announced).toEqual([]);
    for (const host of ["host1", "host2", "host3"]) await heal("edge1", host);
    await expectRoute("provider", pool, "edge1 edge2");
  });

  test("an edge without upstream takes its default from the other edge", async () => {
    await cut("edge1", "provider");
    await expectRoute("edge1", "default", "edge2");
    await expectRoute("host1", "default", "edge1 edge2");
    await heal("edge1", "provider");
    await expectRoute("edge1", "default", "provider");
  });
});

describe("configuration", () => {
  test("a change of timers on one neighbour leaves the other session alone", async () => {
    await expectSessions("host1");
    const before = await sessionTimes("host1");
    const bgp = bgpOf("host1", [vip]);
    const neighbors = bgp.neighbors.map((one) =>
      one.name === "edge2" ? { ...one, bfd: { ...bfd, multiplier: 5 } } : one,
    );
    const round = await converge(stateOf("host1", { ...bgp, neighbors }));
    expect(round).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Configure" }] });
    expect((await sessionTimes("host1", before))[0]).toBe(before[0]);
    await convergeNode("host1", [vip]);
  });

  test("a refused configuration is a problem with BIRD's words, and what ran keeps running", async () => {
    await expectSessions("host2");
    const before = await sessionTimes("host2");
    const round = await converge(stateOf("host2", { ...bgpOf("host2", [vip, service(7)]), routerId: "10.0.2.300" }));
    expect(round.problems).toMatchObject([
      { slot: "bgp", code: "NW1601", message: expect.stringContaining("bird.conf:") },
    ]);
    expect(await sessionTimes("host2", before)).toEqual(before);
    expect(await convergeNode("host2", [vip, service(7)])).toEqual({ changes: [], problems: [], rest: [] });
  });

  test("files that somebody damaged are written again, and the running BIRD is not touched before that works", async () => {
    const directory = `${systemOf("host2").paths.run}/bird`;
    await systemOf("host2").files.write(`${directory}/services.conf`, "nonsense");
    await systemOf("host2").files.write(`${directory}/bird.conf`, "nonsense");
    const round = await convergeNode("host2", [vip]);
    expect(round).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Configure" }] });
  });

  test("without neighbours BIRD ends, with its routes and its files; a foreign one beside it does not", async () => {
    const { files, runner, paths } = systemOf("host3");
    await files.write("/run/foreign/bird.conf", "router id 10.9.9.9;\nprotocol device {}\n");
    await runner.run([
      "bird",
      "-c",
      "/run/foreign/bird.conf",
      "-s",
      "/run/foreign/bird.ctl",
      "-P",
      "/run/foreign/bird.pid",
    ]);
    const round = await converge(stateOf("host3", { ...bgpOf("host3", [vip]), neighbors: [] }));
    expect(round).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Stop" }] });
    expect(await run("host3", "ip", "-6", "route", "show", "proto", "bird", "metric", "31")).toBe("");
    expect(await files.exists(`${paths.run}/bird`)).toBe(false);
    expect((await readBgp(systemOf("host3"))).sessions).toEqual([]);
    expect(await run("host3", "birdc", "-s", "/run/foreign/bird.ctl", "show", "status")).toContain("up and running");
    for (const edge of edges) await expectRoute(edge, address, "host1 host2");
  });
});
