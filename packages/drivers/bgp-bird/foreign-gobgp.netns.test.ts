/** A host with GoBGP as somebody else's edge, configured as docs/foreign-edges.md says. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { service } from "./fixtures.ts";
import { readBgp } from "./index.ts";
import { expectRoute, killBird, nextHops, run, systemOf, until } from "./testdata/fabric.ts";
import { documented } from "./testdata/documented.ts";
import * as site from "./testdata/foreign.ts";

const { changed, converged, hostState, runGobgp, writePassword } = site;

const vip = service(5);
const documentedEdge = changed(documented("toml"), ["connect-retry = 5", "connect-retry = 1"]);
/** Sends whatever is in its table. */
const talkative = changed(documentedEdge, [
  /default-export-policy = "reject-route"/,
  'default-export-policy = "accept-route"',
]);
// GoBGP has no BFD.
const quiet = { bfd: null } as const;

const sessionOf = async (told: site.Told) => {
  const state = hostState("host1", { ...quiet, ...told });
  return (await readBgp(systemOf("host1"), state.bgp.neighbors)).sessions[0];
};
const established = (told: site.Told = {}) =>
  until("host1 has its session", async () => {
    const session = await sessionOf(told);
    return session?.state === "Established" && session.problem === undefined;
  });
const expectProblem = (words: RegExp, told: site.Told = {}) =>
  until(`host1 tells ${words}`, async () => words.test((await sessionOf(told))?.problem ?? ""));

const start = async (configuration: string, ...routes: readonly string[]): Promise<void> => {
  await runGobgp(configuration);
  for (const route of ["::/0", ...routes]) await run("edge1", "gobgp", "global", "rib", "add", route, "-a", "ipv6");
};

const heard = async (prefix: string): Promise<string> =>
  (await systemOf("edge1").runner.run(["gobgp", "global", "rib", "-a", "ipv6", prefix])).stdout;

beforeAll(async () => {
  await site.buildSite();
  writePassword("host1", "s3cret");
});
afterAll(site.demolishSite);

test("as documented the session comes up; services arrive with communities, and the default route comes back", async () => {
  await start(documentedEdge);
  const told = { ...quiet, announce: [vip], session: { communities: ["64510:100", "64510:1:2"] } };
  expect(await converged("host1", told)).toMatchObject({ problems: [], rest: [] });
  await established(told);
  await until("the service is known", async () => (await heard(vip)).includes(vip.slice(0, -4)));
  expect(await heard(vip)).toMatch(/64510:100.*64510:1:2/);
  expect(await heard(site.vtep("host1"))).not.toContain("64510:100");
  await expectRoute("host1", "default", "edge1");
});

test("a wrong password is told as such", async () => {
  writePassword("host1", "an0ther");
  await converged("host1", { ...quiet, announce: [vip] });
  await expectProblem(/^wrong password: /);
  writePassword("host1", "s3cret");
  await converged("host1", { ...quiet, announce: [vip] });
  await established();
});

test("an edge that tells more is believed the default route alone; beyond maxPrefixes its session is closed", async () => {
  const more = ["2001:db8:bad::/48", "2001:db8:bad:1::/64", "2001:db8:bad:2::/64"];
  await start(talkative, ...more);
  await converged("host1", { ...quiet, announce: [vip] });
  await established();
  await expectRoute("host1", "default", "edge1");
  for (const prefix of more) expect(await nextHops("host1", prefix)).toBe("");
  const session = { maxPrefixes: 3 };
  await converged("host1", { ...quiet, announce: [vip], session });
  await start(talkative, ...more);
  await expectProblem(/^it sent more than 3 prefixes/, { session });
  await start(documentedEdge);
  await established({ session });
});

test("graceful restart: a killed BIRD comes back, and the edge keeps the service meanwhile", async () => {
  const told = { ...quiet, announce: [vip], session: { gracefulRestart: true } };
  await start(documentedEdge);
  await converged("host1", told);
  await established(told);
  await until("the service is known", async () => (await heard(vip)).includes(vip.slice(0, -4)));
  await killBird("host1");
  await until("the edge has noticed", async () =>
    /Active|Idle|Connect|OpenSent/.test(await run("edge1", "gobgp", "neighbor")),
  );
  expect(await heard(vip)).toContain(vip.slice(0, -4));
  expect(await converged("host1", told)).toMatchObject({ problems: [], rest: [], changes: [{ kind: "Start" }] });
  await established(told);
  expect(await heard(vip)).toContain(vip.slice(0, -4));
});

test("some hops away, with TTL security", async () => {
  const far = changed(
    documentedEdge,
    ['neighbor-address = "fd00:0:0:2::1"', 'neighbor-address = "fd00:0:0:2::7"'],
    [
      "  [neighbors.timers.config]",
      "  [neighbors.ttl-security.config]\n    enabled = true\n    ttl-min = 254\n  [neighbors.timers.config]",
    ],
  );
  await start(far);
  const told = { ...quiet, announce: [vip], session: { multihop: 2, ttlSecurity: true } };
  expect(await converged("host1", told)).toMatchObject({ problems: [], rest: [] });
  await established(told);
  await expectRoute("host1", "default", "middle");
});
