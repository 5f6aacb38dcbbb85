import { isNetwrightError } from "@netwright/base";
import { nodeRunner } from "@netwright/system";
import { describe, expect, test } from "vitest";
import { checkServer, nameProblem } from "./check.ts";
import { record, server } from "./fixtures.ts";
import { parseAnswers } from "./parse.ts";
import { planDns, type DnsChange } from "./plan.ts";
import type { DnsName } from "./records.ts";
import { renderUpdate, type DnsServer } from "./render.ts";

const shop = record("shop", "2001:db8:100::5");
const have = (owned: boolean, ...records: readonly ReturnType<typeof record>[]): DnsName => ({
  name: shop.name,
  addresses: records,
  owned,
});

describe("planDns()", () => {
  const other = record("shop", "2001:db8:100::6");
  const cases: readonly (readonly [string, Parameters<typeof planDns>, readonly string[]])[] = [
    ["creates a free name", [[shop], [have(false)]], ["Create"]],
    ["leaves what is as wanted", [[shop], [have(true, shop)]], []],
    ["replaces another address", [[shop], [have(true, other)]], ["Replace"]],
    ["replaces another TTL", [[shop], [have(true, { ...shop, ttl: 60 })]], ["Replace"]],
    ["replaces when one of two is missing", [[shop, other], [have(true, other)]], ["Replace"]],
    ["does not mind the order of two", [[shop, other], [have(true, other, shop)]], []],
    ["fills a name whose marker is left", [[shop], [have(true)]], ["Replace"]],
    ["removes what is its own", [[], [have(true, shop)]], ["Remove"]],
    ["does not remove what is not", [[], [have(false, shop)]], []],
    ["does not overwrite what is not its own, even if equal", [[shop], [have(false, shop)]], ["foreign"]],
  ];
  test.each(cases)("%s", (_, input, expected) => {
    const { changes, foreign } = planDns(...input);
    expect([...changes.map(({ kind }) => kind), ...foreign.map(() => "foreign")]).toEqual(expected);
  });
});

describe("renderUpdate()", () => {
  const two = [shop, record("shop", "2001:db8:100::6")];
  const cases: Readonly<Record<string, readonly DnsChange[]>> = {
    create: [{ kind: "Create", name: shop.name, records: [shop] }],
    replace: [{ kind: "Replace", name: shop.name, records: two }],
    remove: [{ kind: "Remove", name: shop.name }],
    several: [
      { kind: "Create", name: "example.net", records: [{ ...shop, name: "example.net" }] },
      { kind: "Remove", name: "old.example.net" },
    ],
  };
  test.each(Object.entries(cases))("%s, and nsupdate takes it", async (name, changes) => {
    const text = renderUpdate(server, changes);
    await expect(text).toMatchFileSnapshot(`testdata/${name}.golden`);
    // `show` reads and composes the message as `send` does, without sending it.
    const input = text.replaceAll(/^send\nanswer$/gm, "show\nanswer");
    expect(await nodeRunner.run(["nsupdate"], { input })).toMatchObject({ code: 0, stderr: "" });
  });
});

test("answers come in order, with what was wrong about the key", () => {
  const answer = (status: string, more = "") =>
    `Answer:\n;; ->>HEADER<<- opcode: UPDATE, status: ${status}, id: 1\n${more}\n`;
  const key = "netwright.\t0\tANY\tTSIG\thmac-sha256. 1795349066 300 0 515 BADSIG 0";
  expect(parseAnswers(answer("NOERROR") + answer("YXRRSET") + answer("NOTAUTH", key))).toEqual([
    { status: "NOERROR", tsig: null },
    { status: "YXRRSET", tsig: null },
    { status: "NOTAUTH", tsig: "BADSIG" },
  ]);
  expect(parseAnswers("")).toEqual([]);
});

describe("what is checked before anything is sent", () => {
  const faults: readonly (readonly [string, Partial<DnsServer>])[] = [
    ["server", { server: "dns.example.net" }],
    ["port", { port: 0 }],
    ["zone", { zone: "example.net\nsend" }],
    ["key", { key: { ...server.key, name: "a b" } }],
    ["secret", { key: { ...server.key, secret: "s\nserver ::2" } }],
  ];
  test.each(faults)("a wrong %s is NW1203 and shows no secret", (what, fault) => {
    expect.assertions(2);
    try {
      checkServer({ ...server, ...fault });
    } catch (error) {
      expect(isNetwrightError(error) ? `${error.code} ${error.message}` : error).toMatch(
        new RegExp(`^NW1203 .*${what}`),
      );
      expect(String(error)).not.toContain("server ::2");
    }
  });

  test("names outside the zone, smuggled commands and names too long for a marker are problems", () => {
    for (const name of [
      "shop.example.org",
      "shop\nsend.example.net",
      "badexample.net",
      `${"a".repeat(60)}.`.repeat(4) + "example.net",
    ]) {
      expect(nameProblem(name, "example.net")?.code).toBe("NW1203");
    }
    for (const name of ["example.net", "shop.example.net", "a.b-c.example.net"])
      expect(nameProblem(name, "example.net")).toBeUndefined();
  });
});
