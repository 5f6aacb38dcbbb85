/** What is rendered, each golden read by unbound's own checker; what is planned, and in which cases nothing is. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePrefix, type DomainPattern } from "@netwright/base";
import { afterAll, describe, expect, test } from "vitest";
import { goldenState } from "../testing/scene.ts";
import { layoutOf, pythonOfTheSystem } from "./layout.ts";
import { parseResolvConf } from "./name-servers.ts";
import type { InstanceHave, ResolverHave } from "./observe.ts";
import { parseDigest, parseSerial, parseStat } from "./parse.ts";
import { describe as say, plan } from "./plan.ts";
import { render, reverseZone } from "./render.ts";
import { want, type ResolverInstance } from "./want.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-unbound-"));
afterAll(() => rmSync(directory, { recursive: true }));

const paths = { run: "/run/netwright", state: "/var/lib/netwright" };
const [telling] = want(goldenState).instances as readonly [ResolverInstance];
const web = { ...telling, patterns: [] };
const wanted = { instances: [web], nameServers: null };
const layout = layoutOf(paths, web.vni);
const own = ["2001:db8::53", "192.0.2.53"];
const files = render(web, own, layout);

describe.each([
  ["forwarding", web, own],
  ["alone", web, []],
  ["telling", telling, own],
] as const)("%s", (name, instance, nameServers) => {
  const { config, zone, script } = render(instance, nameServers, layout);

  test("is the golden", async () => {
    await expect(config).toMatchFileSnapshot(`testdata/${name}.conf`);
    await expect(zone).toMatchFileSnapshot("testdata/internal.zone");
  });

  test("is taken by unbound-checkconf, with its zone", () => {
    const path = join(directory, name);
    writeFileSync(`${path}.zone`, zone);
    writeFileSync(join(directory, "answers.py"), script ?? "");
    writeFileSync(
      `${path}.conf`,
      config.replaceAll(layout.zone, `${path}.zone`).replaceAll(layout.directory, directory),
    );
    expect(execFileSync("unbound-checkconf", [`${path}.conf`], { encoding: "utf8", env: pythonOfTheSystem })).toContain(
      "no errors",
    );
  });
});

test("where rules are about names, a script tells answers of them, which Python takes", async () => {
  expect(files.script).toBeUndefined();
  const { script = "", patterns } = render(telling, own, layout);
  expect(patterns).toBe("*.example.net\n");
  await expect(script).toMatchFileSnapshot("testdata/answers.py");
  execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: script });
});

test("the serial is that of the names, whatever else changes; the digest that of the rest", () => {
  const grown = { ...web, names: [...web.names, { name: "more", addresses: [] }] };
  const [more, other] = [render(grown, own, layout), render(web, ["2001:db8::54"], layout)];
  expect(more.digest).toBe(files.digest);
  expect(more.serial).not.toBe(files.serial);
  expect(other.digest).not.toBe(files.digest);
  expect(other.serial).toBe(files.serial);
});

test("reverse zones follow RFC 3596", () => {
  expect(reverseZone(parsePrefix("fd77:0:0:7::/64"))).toBe("7.0.0.0.0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa.");
  expect(reverseZone(parsePrefix("1:2:3:4::/64"))).toBe("4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa.");
});

test("name servers of resolv.conf are addresses, each once; everything else is left out", () => {
  const text =
    "# nameserver ::9\nnameserver 127.0.0.53\n nameserver\tfe80::1%eth0\nnameserver ::1 \nnameserver ::1\nsearch x\n";
  expect(parseResolvConf(text)).toEqual(["127.0.0.53", "fe80::1%eth0", "::1"]);
  for (const bad of ["nameserver", "nameserver x;y", "nameserver ::1%a%b", 'nameserver ::1%"\\n', "options ::1", ""])
    expect(parseResolvConf(bad)).toEqual([]);
});

test("answers of unbound", () => {
  expect(parseSerial("other.\tserial 5\ninternal.\tserial 4294967295\n")).toBe(4_294_967_295);
  expect(parseSerial("internal.\texpired\n")).toBeUndefined();
  expect(parseDigest(`${files.digest}\n`)).toBe(files.digest);
  expect(parseDigest("error unknown option\n")).toBeUndefined();
  expect(parseStat(`7 (un) bound) S ${"1 ".repeat(18)}99 0\n`)).toEqual({ pid: 7, startTicks: 99 });
  expect(parseStat("")).toBeUndefined();
});

describe("a plan", () => {
  const running: InstanceHave = {
    process: { pid: 7, startTicks: 1 },
    live: { digest: files.digest, serial: files.serial },
    config: files.config,
    zone: files.zone,
    script: files.script,
    patterns: files.patterns,
  };
  const haveOf = (instance: InstanceHave | undefined, nameServers: readonly string[] = own): ResolverHave => ({
    paths,
    nameServers,
    instances: new Map(instance === undefined ? [] : [[String(web.vni), instance]]),
  });
  const kinds = (have: ResolverHave): readonly string[] => plan(wanted, have).install.map(({ kind }) => kind);

  test.each([
    ["nothing is there", undefined, ["Start"]],
    ["the process has ended", { ...running, process: null, live: null }, ["Start"]],
    ["it does not answer", { ...running, live: null }, ["Start"]],
    ["it runs something else", { ...running, live: { digest: undefined, serial: files.serial } }, ["Reload"]],
    ["it has other names", { ...running, live: { digest: files.digest, serial: 1 } }, ["LoadNames"]],
    ["it has no names", { ...running, live: { digest: files.digest, serial: undefined } }, ["LoadNames"]],
    ["a restart would read other names", { ...running, zone: "x" }, ["WriteFiles"]],
    ["all is as wanted", running, []],
  ] as const)("where %s", (_, instance, expected) => {
    expect(kinds(haveOf(instance))).toEqual(expected);
  });

  test("a script cannot be exchanged while it runs; patterns can", () => {
    const told = render(telling, own, layout);
    const scripted = { ...running, ...told, live: { digest: told.digest, serial: told.serial } };
    const kindsOf = (instance: ResolverInstance, have: InstanceHave): readonly string[] =>
      plan({ instances: [instance], nameServers: null }, haveOf(have)).install.map(({ kind }) => kind);
    expect(kindsOf(telling, scripted)).toEqual([]);
    expect(kindsOf(telling, running)).toEqual(["Start"]);
    expect(kindsOf(web, scripted)).toEqual(["Start"]);
    const more = [...telling.patterns, "api.example.org" as DomainPattern];
    expect(kindsOf({ ...telling, patterns: more }, scripted)).toEqual(["WriteFiles"]);
  });

  test("kills what does not answer, and says what it does", () => {
    const [change] = plan(wanted, haveOf({ ...running, live: null })).install;
    expect(change).toMatchObject({ kind: "Start", former: running.process });
    expect(change && say(change)).toBe("start resolver of network default/web");
  });

  test("follows the node's own name servers, unless the site names others", () => {
    expect(kinds(haveOf(running, ["::1"]))).toEqual(["Reload"]);
    const named = { ...wanted, nameServers: own };
    expect(plan(named, haveOf(running, ["::1"])).install).toEqual([]);
  });

  test("stops what nobody asks any more", () => {
    const { install, retire } = plan({ instances: [], nameServers: null }, haveOf(running));
    expect(install).toEqual([]);
    expect(retire.map(say)).toEqual(["stop resolver of network with VNI 7"]);
  });
});

test("a network nobody asks about has no resolver", () => {
  const [network] = goldenState.networks;
  if (network === undefined) throw new Error("no network");
  const { names: _, ...silent } = network;
  expect(want({ ...goldenState, networks: [silent] }).instances).toEqual([]);
});
