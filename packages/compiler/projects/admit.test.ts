import { describe, expect, test } from "vitest";
import type { ObjectSet } from "../objects.ts";
import { fabric, inner, objectsOf, shop } from "../testing.ts";
import { admit } from "./admit.ts";
import { projectStandings } from "./standing.ts";

const project = (name: string, spec: string): string =>
  `{ apiVersion: netwright.dev/v1alpha1, kind: Project, metadata: { name: ${name} }, spec: ${spec} }`;

const site = (...more: readonly string[]): ObjectSet => objectsOf(fabric(1), ...more);

/** Code, subject, field, message and hint of what is refused on the way from one to the other. */
const refused = (before: ObjectSet, after: ObjectSet): readonly string[] =>
  admit(before, after).map(
    ({ code, subject, field, message, hint }) => `${code} ${subject} ${field ?? "-"}: ${message} (${hint})`,
  );

const team = (text: string, name = "shop"): string => text.replace(`name: ${name} }`, `name: ${name}, project: team }`);

describe("quota", () => {
  const quota = (text: string): string => project("team", `{ quota: { ${text} } }`);
  const db = (replicas: number): string => inner("db", { project: "team", replicas });

  test("what fits is let through, to the last one", () => {
    const limits = quota("services: 2, networks: 1, addresses: 1, instances: 5");
    expect(refused(site(limits), site(limits, team(shop()), db(2)))).toEqual([]);
  });

  test("what does not says by how much, and who uses what", () => {
    const limits = quota("instances: 4");
    expect(refused(site(limits, team(shop())), site(limits, team(shop()), db(3)))).toEqual([
      "NW1405 team/service/db spec.tiers[0].replicas: instances of project team: 6, that is 2 over its quota of 4 (it would be used by team/service/db (3, 3 of it new), team/service/shop (3))",
    ]);
  });

  test("services, networks and addresses are counted once each", () => {
    const limits = quota("services: 1, networks: 1, addresses: 0");
    const other = inner("db", { project: "team", network: "other" });
    expect(refused(site(limits), site(limits, team(shop()), other)).map((each) => each.replace(/ \(.*/, ""))).toEqual([
      "NW1405 team/service/db metadata.name: services of project team: 2, that is 1 over its quota of 1",
      "NW1405 team/service/db spec.network: networks of project team: 2, that is 1 over its quota of 1",
      "NW1405 team/service/shop spec.expose: addresses of project team: 1, that is 1 over its quota of 0",
    ]);
  });

  test("cpu and memory are replicas times limits", () => {
    const limits = quota("cpu: 1, memory: 100Mi");
    expect(refused(site(limits, team(shop())), site(limits, team(shop({ web: 3 }))))).toEqual([
      "NW1405 team/service/shop spec.tiers[2].replicas: cpu of project team: 1500m, that is 500m over its quota of 1 (it would be used by team/service/shop (1500m, 1 of it new))",
      "NW1405 team/service/shop spec.tiers[2].replicas: memory of project team: 192Mi, that is 92Mi over its quota of 100Mi (it would be used by team/service/shop (192Mi, 128Mi of it new))",
    ]);
  });

  test("where there is a quota of cpu, a workload without a limit is refused, if it is new or grows", () => {
    const limits = quota("cpu: 1");
    expect(refused(site(limits), site(limits, db(1)))).toEqual([
      "NW1405 team/service/db spec.tiers[0].workload.resources: tier main has no limit for cpu, of which project team has a quota (write cpu: 500m or so)",
    ]);
    const before = site(project("team", "{}"), db(2));
    expect(refused(before, site(limits, db(2)))).toEqual([]);
    expect(refused(before, site(limits, db(3)))).toHaveLength(1);
  });

  test("a project that is lowered below its use keeps it; growth is refused, and less is welcome", () => {
    const big = site(project("team", "{}"), team(shop({ web: 3 })), db(3));
    const lowered = quota("instances: 4");
    expect(refused(big, site(lowered, team(shop({ web: 3 })), db(3)))).toEqual([]);
    const over = site(lowered, team(shop({ web: 3 })), db(3));
    expect(projectStandings(over).get("team")?.over).toEqual(["instances 8 of 4"]);
    expect(refused(over, site(lowered, team(shop({ web: 3 })), db(2)))).toEqual([]);
    expect(refused(over, site(lowered, team(shop({ web: 4 })), db(2)))).toEqual([]);
    expect(refused(over, site(lowered, team(shop({ web: 4 })), db(3)))).toHaveLength(1);
  });

  test("nobody pays for another project", () => {
    const limits = quota("instances: 1");
    expect(refused(site(limits), site(limits, shop({ web: 9 })))).toEqual([]);
  });
});

describe("pools and host names", () => {
  const limits = project("team", '{ pools: [gold], hostnames: [a.example.net, "*.team.example.net"] }');

  test("what is not on the list is refused, whether it is there or not", () => {
    expect(refused(site(limits), site(limits, team(shop())))).toEqual([
      "NW1406 team/service/shop spec.pool: project team may not use AddressPool default (it may use gold)",
      "NW1406 team/service/shop spec.expose[0].hostname: project team may not use host name shop.example.net (it may use a.example.net, *.team.example.net)",
    ]);
    const none = project("team", "{ pools: [], hostnames: [] }");
    expect(refused(site(none), site(none, team(shop())))).toEqual([
      expect.stringContaining("(it may use no pool: its services are reached from inside only)"),
      expect.stringContaining("(it may use no host name: its services are reached from inside only)"),
    ]);
    expect(refused(site(none), site(none, inner("db", { project: "team" })))).toEqual([]);
  });

  test("who has it keeps it when the list gets shorter, and is told of in the project's status", () => {
    const before = site(project("team", "{}"), team(shop()));
    const after = site(limits, team(shop({ web: 3 })));
    expect(refused(before, after)).toEqual([]);
    expect(projectStandings(after).get("team")?.over).toEqual([
      "team/service/shop uses AddressPool default",
      "team/service/shop uses shop.example.net",
    ]);
    const renamed = team(shop()).replace("shop.example.net", "b.example.net");
    expect(refused(before, site(limits, renamed))).toEqual([
      expect.stringContaining("may not use host name b.example"),
    ]);
  });
});

describe("certificate issuers", () => {
  const issuer = (name: string): string =>
    `{ apiVersion: netwright.dev/v1alpha1, kind: CertificateIssuer, metadata: { name: ${name} }, spec: { acme: { directory: "https://ca.test/directory", termsOfServiceAgreed: true } } }`;
  const limits = project("team", "{ issuers: [cheap] }");
  const using = (name: string): string => team(shop()).replace("protocol: HTTPS", `protocol: HTTPS, issuer: ${name}`);

  test("one that is not on the list is refused, named or not; the built-in authority is everybody's", () => {
    const both = [issuer("cheap"), issuer("dear")];
    expect(refused(site(limits, ...both), site(limits, ...both, using("dear")))).toEqual([
      "NW1406 team/service/shop spec.expose[0].issuer: project team may not use CertificateIssuer dear (it may use cheap)",
    ]);
    expect(refused(site(limits, ...both), site(limits, ...both, using("cheap")))).toEqual([]);
    expect(refused(site(limits, ...both), site(limits, ...both, team(shop())))).toEqual([]);
    const more = [...both, issuer("default")];
    expect(refused(site(limits, ...more), site(limits, ...more, team(shop())))).toEqual([
      expect.stringContaining("may not use CertificateIssuer default (it may use cheap)"),
    ]);
    const none = project("team", "{ issuers: [] }");
    expect(refused(site(none, ...both), site(none, ...both, using("cheap")))).toEqual([
      expect.stringContaining("(it may use none: name a Secret"),
    ]);
  });

  test("who has it keeps it when the list gets shorter", () => {
    const before = site(issuer("dear"), project("team", "{}"), using("dear"));
    const after = site(issuer("dear"), limits, using("dear"));
    expect(refused(before, after)).toEqual([]);
    expect(projectStandings(after).get("team")?.over).toEqual(["team/service/shop uses CertificateIssuer dear"]);
  });
});

describe("membership", () => {
  test("a project other than default must be there first", () => {
    expect(refused(site(), site(inner("db", { project: "team" })))).toEqual([
      "NW1301 team/service/db metadata.project: there is no Project team (apply a Project of this name first, or leave metadata.project out)",
    ]);
    expect(refused(site(), site(inner("db")))).toEqual([]);
  });

  test("what older versions stored stands until it is changed", () => {
    const before = site(inner("db", { project: "team" }));
    expect(refused(before, { ...before, services: new Map(before.services) })).toEqual([]);
  });

  test("a project that has objects is not deleted", () => {
    const own = project("team", "{}");
    const [db, net] = [
      inner("db", { project: "team" }),
      "{ apiVersion: netwright.dev/v1alpha1, kind: Network, metadata: { name: web, project: team } }",
    ];
    expect(refused(site(own, db, net), site(db, net))).toEqual([
      "NW1303 project/team -: project/team still has 2 objects: team/network/web, team/service/db (delete them first)",
    ]);
    expect(refused(site(own), site())).toEqual([]);
    expect(refused(site(project("default", "{}"), inner("db")), site(inner("db")))).toEqual([]);
  });
});

describe("host names that somebody has", () => {
  const teams = [project("team", "{}"), project("canary", "{}")];
  const theirs = shop().replace("name: shop }", "name: secret, project: canary }");

  test("of another project no more is told than that", () => {
    const [only, ...more] = admit(site(...teams, theirs), site(...teams, theirs, team(shop())));
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      code: "NW1302",
      subject: "team/service/shop",
      field: "spec.expose[0].hostname",
      message: "shop.example.net:443 is in use in another project",
    });
    expect(JSON.stringify(only)).not.toMatch(/canary|secret/);
  });

  test("of a name that the project may not have, nothing is told", () => {
    const limits = project("team", '{ hostnames: ["*.team.example.net"] }');
    const canary = project("canary", "{}");
    expect(refused(site(limits, canary, theirs), site(limits, canary, theirs, team(shop())))).toEqual([
      "NW1406 team/service/shop spec.expose[0].hostname: project team may not use host name shop.example.net (it may use *.team.example.net)",
    ]);
  });

  test("who asks later is to blame, however old its service is", () => {
    const old = team(shop()).replace("shop.example.net", "old.example.net");
    const [only] = admit(site(...teams, old, theirs), site(...teams, team(shop()), theirs));
    expect(only).toMatchObject({ code: "NW1302", subject: "team/service/shop" });
  });

  test("of one's own project it is named", () => {
    const second = team(shop()).replace("name: shop,", "name: shop2,");
    expect(refused(site(...teams, team(shop())), site(...teams, team(shop()), second))).toEqual([
      "NW1302 team/service/shop2 spec.expose[0].hostname: shop.example.net:443 is claimed by team/service/shop too (one hostname leads to one service)",
    ]);
  });

  test("a name that is given up in the same change is free", () => {
    const moved = theirs.replace("shop.example.net", "other.example.net");
    expect(refused(site(...teams, theirs), site(...teams, moved, team(shop())))).toEqual([]);
  });
});
