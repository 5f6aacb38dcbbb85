import { expect, test } from "vitest";
import { healthIn } from "./health.ts";
import { membersIn, parseFingerprint, parseInfo, parseProcessLines, parseStat } from "./parse.ts";

const stat = `# pxname,svname,scur,qcur,stot,status,econ,eresp,check_status,type,addr,conn_tot,req_tot,bin,bout,hrsp_2xx,last_chk
port443,FRONTEND,3,,9,OPEN,,,,0,,5,12,100,200,11,
web,shop-web-1,1,1,7,UP,0,2,L7OK,2,[fd00::1]:8080,,,,,,"a, ""b"""
web,shop-web-2,0,0,0,DOWN 1/2,3,0,* L4CON,2,[fd00::2]:8080,,,,,,
web,shop-web-3,0,0,0,MAINT,0,0,,2,[fd00::3]:8080,,,,,,
web,shop-web-4,0,0,0,DRAIN,0,0,L7OK,2,[fd00::4]:8080,,,,,,
web,BACKEND,1,1,7,UP,0,2,,1,,,,,,,

`;

test("columns are found by name and quoted texts keep their commas", () => {
  const [, first] = parseStat(stat);
  expect(first).toMatchObject({ svname: "shop-web-1", last_chk: 'a, "b"', addr: "[fd00::1]:8080" });
});

test("members with state, check, sessions and errors", () => {
  expect(membersIn(parseStat(stat))).toEqual([
    {
      backend: "web",
      instance: "shop-web-1",
      address: "fd00::1",
      port: 8080,
      status: "Up",
      check: "L7OK",
      sessions: 2,
      requests: 7,
      errors: 2,
    },
    {
      backend: "web",
      instance: "shop-web-2",
      address: "fd00::2",
      port: 8080,
      status: "Down",
      check: "L4CON",
      sessions: 0,
      requests: 0,
      errors: 3,
    },
    {
      backend: "web",
      instance: "shop-web-3",
      address: "fd00::3",
      port: 8080,
      status: "Maintenance",
      check: "",
      sessions: 0,
      requests: 0,
      errors: 0,
    },
    {
      backend: "web",
      instance: "shop-web-4",
      address: "fd00::4",
      port: 8080,
      status: "Draining",
      check: "L7OK",
      sessions: 0,
      requests: 0,
      errors: 0,
    },
  ]);
});

test("health sums listeners and lists members by backend", () => {
  const health = healthIn(parseStat(stat));
  expect(health.listening).toBe(true);
  expect(health.backends.map(({ name, members }) => [name, members.length])).toEqual([["web", 4]]);
  expect(health.traffic).toMatchObject({ connections: 5, requests: 12, open: 3, bytesIn: 100, bytesOut: 200 });
  expect(healthIn([])).toMatchObject({ listening: false, backends: [] });
});

test("process information, fingerprints and start times", () => {
  expect(parseInfo("Name: HAProxy\nPid: 35\nTags: 7\ndescription: abc\n")).toEqual({ pid: 35, description: "abc" });
  expect(parseInfo("garbage")).toBeUndefined();
  expect(parseFingerprint(`Status: Used\nSHA1 FingerPrint: ${"AB".repeat(20)}\n`)).toBe("ab".repeat(20));
  expect(parseFingerprint("Can't display the certificate: Not found\n")).toBeUndefined();
  const line = "35 (ha proxy) (x)) S 1 35 35 0 -1 4194560 182 0 0 0 1 2 0 0 20 0 1 0 4711 9 9";
  expect(parseProcessLines(`${line}\n`)).toEqual([{ pid: 35, startTicks: 4711 }]);
});
