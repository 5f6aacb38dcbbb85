/** Hosts with FRR as somebody else's edge, configured as docs/foreign-edges.md says. */
import { rmSync } from "node:fs";
import { seconds } from "@netwright/base";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { service } from "./fixtures.ts";
import { readBgp } from "./index.ts";
import { cut, heal, killBird, nextHops, run, systemOf, until, watchRoute, expectRoute } from "./testdata/fabric.ts";
import { documented } from "./testdata/documented.ts";
import * as site from "./testdata/foreign.ts";
import { vtysh } from "./testdata/frr.ts";

const { changed, converged, hostState, passwordFile, runFrr, writePassword } = site;

const vip = service(5);
const address = vip.slice(0, -4);
const canary = "s3cret";

/** The document's edge, with everything the other way round that it says may be. */
const edge = changed(documented("frr"), [" timers connect 5", " timers connect 1"]);
const withoutBfd = changed(edge, [/^ neighbor fd\S+ bfd profile hosts\n/, ""]);
const restarting = changed(withoutBfd, [" bgp graceful-restart restart-time 30", " bgp graceful-restart"]);
/** Tells hosts everything it has, and that is more than a default route. */
const talkative = changed(
  edge,
  [" match ipv6 address prefix-list default\n", ""],
  ["  maximum-paths 16", "  maximum-paths 16\n  network 2001:db8:bad::/48\n  network fd00:0:0:1::2/128"],
  [" bgp router-id", " no bgp network import-check\n bgp router-id"],
);

const sessionOf = async (host: "host1" | "host2", told: site.Told = {}) =>
  (await readBgp(systemOf(host), hostState(host, told).bgp.neighbors)).sessions[0];

const established = (host: "host1" | "host2", told: site.Told = {}, watch = "Up") =>
  until(
    `${host} has its session`,
    async () => {
      const session = await sessionOf(host, told);
      return session?.state === "Established" && session.bfd === watch && session.problem === undefined;
    },
    // A pause after an error may be made twice, and the edge starts meanwhile.
    seconds(40),
  );

const problemOf = async (host: "host1" | "host2", told: site.Told = {}): Promise<string> =>
  (await sessionOf(host, told))?.problem ?? "";

const expectProblem = (host: "host1" | "host2", words: RegExp, told: site.Told = {}) =>
  until(`${host} tells ${words}`, async () => words.test(await problemOf(host, told)), seconds(40));

interface Path {
  readonly community?: { readonly string: string };
  readonly largeCommunity?: { readonly string: string };
}
const heard = async (prefix: string): Promise<Path | undefined> =>
  (JSON.parse(await vtysh(systemOf("edge1"), `show bgp ipv6 unicast ${prefix} json`)) as { paths?: Path[] }).paths?.[0];

beforeAll(async () => {
  await site.buildSite();
  for (const host of ["host1", "host2"]) writePassword(host, canary);
  await runFrr(edge);
});
afterAll(site.demolishSite);

describe("as documented", () => {
  test("sessions come up with password and BFD; the edge spreads over both hosts", async () => {
    for (const host of ["host1", "host2"] as const) {
      expect(await converged(host, { announce: [vip] })).toMatchObject({ problems: [], rest: [] });
      await established(host);
    }
    await expectRoute("edge1", address, "host1 host2");
    await expectRoute("edge1", "fd00:0:0:1::2", "host2");
    await expectRoute("host1", "default", "edge1");
  });

  test("hosts tell service addresses of pools and their tunnel end point, and nothing else", async () => {
    const outside = ["2001:db8:bad::7/128", "2001:db8:100:1::7/128"] as (typeof vip)[];
    await converged("host1", { announce: [vip, ...outside] });
    const told = (await readBgp(systemOf("host1"))).announced.map(({ prefix }) => prefix);
    expect(told).toEqual([vip, site.vtep("host1")]);
    await converged("host1", { announce: [vip] });
  });

  test("communities arrive with services, and not with tunnel end points", async () => {
    const session = { communities: ["64510:100", "4200000000:1:2"] };
    await converged("host1", { announce: [service(6)], session });
    await until("the communities are there", async () => (await heard(service(6)))?.community !== undefined);
    expect(await heard(service(6))).toMatchObject({
      community: { string: "64510:100" },
      largeCommunity: { string: "4200000000:1:2" },
    });
    const tunnel = await heard(site.vtep("host1"));
    expect([tunnel?.community, tunnel?.largeCommunity]).toEqual([undefined, undefined]);
    await converged("host1", { announce: [vip] });
  });

  test("a host that is cut silently is left by BFD, long before the hold time", async () => {
    const session = { holdTime: seconds(600), keepaliveTime: seconds(200) };
    await runFrr(changed(edge, [" timers 3 9", " timers 200 600"]));
    for (const host of ["host1", "host2"] as const) await converged(host, { announce: [vip], session });
    await expectRoute("edge1", address, "host1 host2");
    await established("host2");
    await cut("host2", "edge1");
    await expectRoute("edge1", address, "host1");
    await expectProblem("host2", /BFD session down/);
    await heal("host2", "edge1");
    await expectRoute("edge1", address, "host1 host2");
  });
});

describe("passwords", () => {
  test("a wrong one is told as such, by a host whose edge calls; the right one mends it", async () => {
    await runFrr(edge);
    for (const host of ["host1", "host2"] as const) await converged(host, { announce: [vip] });
    await established("host1");
    writePassword("host1", "an0ther");
    expect((await converged("host1", { announce: [vip] })).changes).toMatchObject([{ kind: "Configure" }]);
    await expectProblem("host1", /^wrong password: /);
    expect(await sessionOf("host2")).toMatchObject({ state: "Established" });
    writePassword("host1", canary);
    await converged("host1", { announce: [vip] });
    await established("host1");
  });

  test("without a file the session is off, the round says so, and the edge is not spoken to", async () => {
    rmSync(passwordFile("host1"));
    const { problems, rest } = await converged("host1", { announce: [vip] });
    expect(problems).toMatchObject([{ slot: "bgp", code: "NW1612", message: expect.stringContaining("no such file") }]);
    expect(rest).toMatchObject([{ kind: "Demand", neighbor: "edge1" }]);
    expect(await problemOf("host1")).toContain("holds no password");
    await expectRoute("edge1", address, "host2");
    writePassword("host1", canary);
    expect(await converged("host1", { announce: [vip] })).toMatchObject({ problems: [], rest: [] });
    await established("host1");
  });

  test("an agent that died before BIRD had loaded a new password has it loaded by the next round", async () => {
    const { files, paths } = systemOf("host1");
    await files.write(`${paths.run}/bird/passwords.pending`, "");
    expect((await converged("host1", { announce: [vip] })).changes).toMatchObject([{ kind: "Configure" }]);
    expect(await converged("host1", { announce: [vip] })).toEqual({ changes: [], problems: [], rest: [] });
  });

  test("the password stands in its two files, and nowhere else", async () => {
    const { files, paths } = systemOf("host1");
    const place = await run("host1", "grep", "-rl", canary, paths.run);
    expect(place.trim().split("\n").toSorted()).toEqual([`${paths.run}/bird/passwords.conf`, passwordFile("host1")]);
    expect(await run("host1", "stat", "-c", "%a", `${paths.run}/bird/passwords.conf`)).toBe("600\n");
    expect(await run("host1", "ps", "-ef")).not.toContain(canary);
    for (const question of ["show protocols all", "show status", "show symbols"])
      expect(await run("host1", "birdc", "-s", `${paths.run}/bird/bird.ctl`, question)).not.toContain(canary);
    expect(JSON.stringify(await sessionOf("host1"))).not.toContain(canary);
    expect((await files.read(`${paths.run}/bird/bird.conf`)) ?? "").toContain("password 'password.edge1'");
  });
});

describe("an edge that says too much", () => {
  test("is believed the default route alone", async () => {
    await runFrr(talkative);
    await converged("host1", { announce: [vip] });
    await established("host1");
    await expectRoute("host1", "default", "edge1");
    const told = await vtysh(systemOf("edge1"), "show bgp ipv6 unicast neighbors fd00:0:0:2::1 advertised-routes json");
    expect(told).toContain("2001:db8:bad::/48");
    expect(await nextHops("host1", "2001:db8:bad::/48")).toBe("");
    expect(await nextHops("host1", "fd00:0:0:1::2")).toBe("");
  });

  test("beyond maxPrefixes has its session closed, with the reason, until it says less", async () => {
    const session = { maxPrefixes: 2 };
    await converged("host1", { announce: [vip], session });
    await runFrr(talkative);
    await expectProblem("host1", /^it sent more than 2 prefixes/, { session });
    await expectRoute("host1", "default", "");
    await runFrr(edge);
    await established("host1", { session });
    await expectRoute("host1", "default", "edge1");
  });

  test("or too little, no default route, is told of", async () => {
    await runFrr(changed(edge, ["  neighbor hosts default-originate\n", ""]));
    await converged("host1", { announce: [vip] });
    await expectProblem("host1", /^it sends no default route/);
  });
});

describe("graceful restart", () => {
  const told = { announce: [vip], session: { gracefulRestart: true }, bfd: null } as const;

  test("a killed BIRD comes back, and the edge has kept its routes all the time", async () => {
    await runFrr(restarting);
    await converged("host2", { announce: [] });
    await converged("host1", told);
    await established("host1", told, "None");
    await expectRoute("edge1", address, "host1");
    const lost = watchRoute("edge1", address);
    const before = (await sessionOf("host1", told))?.since;
    await killBird("host1");
    expect(await converged("host1", told)).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Start" }] });
    await established("host1", told, "None");
    expect((await sessionOf("host1", told))?.since).not.toBe(before);
    // What was kept as stale is either told again or dropped by the end of the initial update (RFC 4724 section 4.2).
    await until(
      "nothing is stale",
      async () => !(await vtysh(systemOf("edge1"), "show bgp ipv6 unicast")).includes("S>"),
    );
    expect(await lost()).toBe(0);
    await expectRoute("edge1", address, "host1");
  });

  test("without it the same kill takes the route away", async () => {
    const plain = { ...told, session: {} };
    await converged("host1", plain);
    await established("host1", plain, "None");
    await expectRoute("edge1", address, "host1");
    await killBird("host1");
    await expectRoute("edge1", address, "");
    await converged("host1", plain);
    await expectRoute("edge1", address, "host1");
  });
});

describe("further ways", () => {
  test("an edge some hops away, with TTL security", async () => {
    await runFrr(
      changed(
        edge,
        ["fd00:0:0:2::1 ", "fd00:0:0:2::7 "],
        [
          " neighbor fd00:0:0:2::7 peer-group hosts",
          " neighbor fd00:0:0:2::7 peer-group hosts\n neighbor fd00:0:0:2::7 ttl-security hops 2",
        ],
      ),
    );
    const told = { announce: [vip], session: { multihop: 2, ttlSecurity: true } };
    expect(await converged("host1", told)).toMatchObject({ problems: [], rest: [] });
    await established("host1", told);
    await expectRoute("host1", "default", "middle");
    await until("the edge has heard of the service", async () => (await heard(vip)) !== undefined);
  });

  test.each([
    ["maximum-paths 1", changed(edge, ["  maximum-paths 16", "  maximum-paths 1"])],
    ["no multipath-relax", changed(edge, [" bgp bestpath as-path multipath-relax\n", ""])],
  ])("an edge without ECMP (%s) sends all to one host, and to the other when that one is gone", async (_, text) => {
    await runFrr(text);
    for (const host of ["host1", "host2"] as const) await converged(host, { announce: [vip] });
    for (const host of ["host1", "host2"] as const) await established(host);
    await until(
      "the edge heard both",
      async () =>
        /host1|host2/.test(await nextHops("edge1", address)) &&
        (JSON.parse(await vtysh(systemOf("edge1"), `show bgp ipv6 unicast ${vip} json`)) as { paths: unknown[] }).paths
          .length === 2,
    );
    const [first, second] = (await nextHops("edge1", address)) === "host1" ? ["host1", "host2"] : ["host2", "host1"];
    expect(await nextHops("edge1", address)).toBe(first);
    await cut(first, "edge1");
    await expectRoute("edge1", address, second);
    await heal(first, "edge1");
  });
});
