/** Announcements from host to provider, and what must not get through. */
import { parsePrefix } from "@netwright/base";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { birdc } from "./birdc.ts";
import { bgpOf, linkAddress, links, pool, service, stateOf } from "./fixtures.ts";
import { readBgp } from "./index.ts";
import { parseRoutes } from "./parse-routes.ts";
import { sorted } from "./services.ts";
import * as fabric from "./testdata/fabric.ts";
import { vtysh } from "./testdata/frr.ts";

const { buildFabric, converge, convergeNode, demolishFabric, edges, expectRoute, managed, nextHops, nodes } = fabric;
const { run, sessionTimes, expectSessions, killBird, systemOf, until } = fabric;

const vip = service(5);
const address = vip.slice(0, -4);
/** Of edge1 on its link to host3. */
const gateway = linkAddress(
  links.findIndex(([a, b]) => a === "edge1" && b === "host3"),
  0,
);

/** What curl says about a connection to a port where nobody listens. */
async function connect(node: string, to: string, from?: string): Promise<string> {
  const source = from === undefined ? [] : ["--interface", from];
  const curl = ["curl", "-sv", "--noproxy", "*", "--connect-timeout", "5", ...source, `http://[${to}]:1/`] as const;
  return (await systemOf(node).runner.run([...curl])).stderr;
}

/** What an edge accepted from a host. */
const heard = async (edge: string, host: string) =>
  sorted(
    parseRoutes(await birdc(systemOf(edge), "show", "route", "protocol", `'host.${host}'`)).map(({ prefix }) => prefix),
  );

beforeAll(async () => {
  await buildFabric();
  // In place of a load balancer: the address itself, so that packets for it end somewhere.
  for (const host of ["host1", "host2", "host3"]) await run(host, "ip", "addr", "add", vip, "dev", "lo", "nodad");
});
afterAll(demolishFabric);

describe("cold start", () => {
  test("every session comes up, with BFD, also to FRR", async () => {
    for (const node of managed) await expectSessions(node);
  });

  test("hosts reach the world and each other by both edges", async () => {
    await expectRoute("host1", "default", "edge1 edge2");
    await expectRoute("host1", "fd00:0:0:1::2", "edge1 edge2");
    expect(await connect("host1", "fd00:0:0:1::3", "fd00:0:0:1::1")).toContain("Connection refused");
  });

  test("without an announcement the provider has no aggregate, and edges answer for it as unreachable", async () => {
    await expectRoute("edge1", pool, "unreachable");
    expect(await nextHops("provider", pool)).toBe("");
    expect((await readBgp(systemOf("edge1"))).announced).toEqual([]);
  });
});

describe("announcing", () => {
  test("one host announces: edges route to it, the provider gets the aggregate by both edges", async () => {
    const { problems, rest, changes } = await convergeNode("host1", [vip]);
    expect({ problems, rest, kinds: changes.map(({ kind }) => kind) }).toEqual({
      problems: [],
      rest: [],
      kinds: ["Announce"],
    });
    for (const edge of edges) await expectRoute(edge, address, "host1");
    await expectRoute("provider", pool, "edge1 edge2");
    expect((await readBgp(systemOf("edge1"))).announced).toEqual([{ prefix: pool, neighbors: ["provider"] }]);
    expect((await readBgp(systemOf("host1"))).announced).toEqual(
      ["2001:db8:100::/128", vip, "fd00:0:0:1::1/128"].map((prefix) => ({ prefix, neighbors: ["edge1", "edge2"] })),
    );
  });

  test("the provider sees the aggregate alone, from the edges' own ASN", async () => {
    const table = JSON.parse(await vtysh(systemOf("provider"), "show bgp ipv6 unicast json")) as {
      routes: Record<string, { path: string }[]>;
    };
    const learned = Object.entries(table.routes).filter(([, paths]) => paths.some(({ path }) => path !== ""));
    expect(learned.map(([prefix, paths]) => [prefix, paths.map(({ path }) => path)])).toEqual([
      [pool, ["64510", "64510"]],
    ]);
  });

  test("a second and a third host join: ECMP at the edges, and no session is touched", async () => {
    const before = await sessionTimes("host2");
    for (const host of ["host2", "host3"] as const) expect((await convergeNode(host, [vip])).problems).toEqual([]);
    for (const edge of edges) await expectRoute(edge, address, "host1 host2 host3");
    expect((await convergeNode("host2", [vip, service(6)])).problems).toEqual([]);
    for (const edge of edges) await expectRoute(edge, service(6).slice(0, -4), "host2");
    expect(await sessionTimes("host2", before)).toEqual(before);
  });

  test("a round with nothing to do does nothing", async () => {
    expect(await convergeNode("host2", [vip, service(6)])).toEqual({ changes: [], problems: [], rest: [] });
  });

  test("withdrawing is retired before anything is installed, and the rest stays", async () => {
    const round = await convergeNode("host2", [vip, service(7)]);
    expect(round.changes.map((change) => change.kind)).toEqual(["Announce", "Announce"]);
    for (const edge of edges) {
      await expectRoute(edge, service(6).slice(0, -4), "");
      await expectRoute(edge, address, "host1 host2 host3");
    }
  });

  test("packets for an announced address arrive; those for unallocated ones and for the anchor never go round", async () => {
    expect(await connect("provider", address)).toContain("Connection refused");
    for (const nobody of ["2001:db8:100::dead", "2001:db8:100::"]) {
      expect(await connect("provider", nobody)).toContain("Network is unreachable");
    }
    for (const node of nodes) expect(await run(node, "cat", "/proc/net/snmp6")).toMatch(/^Icmp6OutTimeExcds\s+0$/m);
  });
});

describe("filters", () => {
  test("an edge takes from a host its own tunnel end point and single pool addresses, and nothing else", async () => {
    const foreign = ["::/0", "2001:db8:100:0:8000::/65", "2001:db8:bad::1/128", "fd00:0:0:1::2/128"].map(parsePrefix);
    await converge(stateOf("host3", bgpOf("host3", [vip, ...foreign])));
    // Updates keep their order: once an edge has the last one, it has judged the others.
    await converge(stateOf("host3", bgpOf("host3", [vip, ...foreign, service(8)])));
    for (const edge of edges) {
      await until(`${edge} has heard all from host3`, async () => (await heard(edge, "host3")).includes(service(8)));
      expect(await heard(edge, "host3")).toEqual(["2001:db8:100::/128", vip, service(8), "fd00:0:0:1::3/128"]);
    }
    // The positive control: they were told.
    const told = (await readBgp(systemOf("host3"))).announced.map(({ prefix }) => prefix);
    expect(told).toEqual(expect.arrayContaining(foreign));
    await convergeNode("host3", [vip]);
  });

  test("routes of others in the kernel stay, also those of another BIRD; only our mark is ours", async () => {
    const foreign = ["2001:db8:a::/48 proto bird metric 32", "2001:db8:b::/48 proto static metric 31"];
    for (const route of foreign) await run("host3", "ip", "-6", "route", "add", ...route.split(" "), "via", gateway);
    await run("host3", "ip", "-6", "route", "add", "2001:db8:c::/48", "proto", "bird", "metric", "31", "via", gateway);
    // A scan of the kernel's table comes with every start.
    await killBird("host3");
    await convergeNode("host3", [vip]);
    await expectRoute("host3", "2001:db8:c::/48", "");
    await expectRoute("host3", "2001:db8:a::/48", "edge1");
    await expectRoute("host3", "2001:db8:b::/48", "edge1");
  });
});
