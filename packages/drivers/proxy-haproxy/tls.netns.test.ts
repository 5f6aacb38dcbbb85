/** What clients see of TLS: several hostnames on one port, HTTP/2, HSTS, and what testssl.sh says. Run through tools/sandbox. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseIpv6 } from "@netwright/base";
import type { ProxyListener, ProxyRun } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { member, shop } from "./example.ts";
import { proxyHaproxy } from "./index.ts";
import { layoutOf } from "./layout.ts";
import { livingProcesses } from "./observe.ts";
import type { ProxyInstance, ProxyWant } from "./want.ts";

// Private keys are written to memory only.
const directory = mkdtempSync("/run/nw-proxy-tls-");
const system = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
const proxy = { name: "default.tls-proxy-1", netns: "nww-default.tls-proxy-1" };
const { netns } = proxy;
const layout = layoutOf(system.paths, proxy.name);
const hostnames = ["shop.example.net", "www.example.net"] as const;

const run = (...command: string[]): string => execFileSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });
const inside = (...command: string[]): string => run("nsenter", `--net=/run/netns/${netns}`, "--", ...command);
const openssl = (...args: string[]): string =>
  execFileSync("openssl", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** By an authority of its own, with the key of the kind; chain and key, PEM. */
function certificate(hostname: string, newKey: readonly string[]): string {
  const [key, crt] = [`${hostname}.key`, `${hostname}.crt`];
  const names = ["-subj", "/", "-addext", `subjectAltName=critical,DNS:${hostname}`];
  const profile = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"];
  const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", "90"];
  openssl("req", "-x509", ...newKey, "-nodes", ...names, ...profile, ...signer, "-keyout", key, "-out", crt);
  return [crt, "ca.crt", key].map((name) => readFileSync(join(directory, name), "utf8")).join("");
}

const listener = (hostname: string, more: { readonly hsts?: number } = {}): ProxyListener => ({
  kind: "Https",
  port: 443,
  hostname,
  certificate: hostname,
  backend: hostname,
  ...more,
});

let pems: ProxyInstance["pems"] = new Map();
const instanceOf = (change: Partial<ProxyRun>): ProxyInstance => ({ ...shop(change), ...proxy, pems });
let want: ProxyWant;

beforeAll(async () => {
  run("ip", "netns", "add", netns);
  run("ip", "-n", netns, "link", "set", "lo", "up");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  openssl(
    "req",
    "-x509",
    ...curve,
    "-nodes",
    "-subj",
    "/CN=root",
    "-days",
    "99",
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
  );
  const keys = [curve, ["-newkey", "rsa:2048"]];
  pems = new Map(hostnames.map((name, index) => [name, certificate(name, keys[index] ?? curve)]));
  want = [
    instanceOf({
      listeners: [
        ...hostnames.map((hostname) => ({ kind: "Redirect", port: 80, hostname, httpsPort: 443 }) as const),
        listener(hostnames[0], { hsts: 31_536_000 }),
        listener(hostnames[1]),
      ],
      backends: hostnames.map((name) => ({ name, members: [], health: null })),
      certificates: hostnames.map((name) => ({ name, digest: name })),
    }),
  ];
  const { install } = proxyHaproxy.plan(want, await proxyHaproxy.observe(system, want));
  expect(await proxyHaproxy.apply(system, install)).toEqual([]);
});

afterAll(async () => {
  const { retire } = proxyHaproxy.plan([], await proxyHaproxy.observe(system, []));
  await proxyHaproxy.apply(system, retire);
});

/** Both names have no member, so 503 is the proxy's own answer behind a handshake that was verified. */
const curl = (...args: string[]): string =>
  inside(
    "curl",
    "-sS",
    "--noproxy",
    "*",
    "--cacert",
    join(directory, "ca.crt"),
    "--connect-to",
    "::[::1]:",
    "-o",
    "/dev/null",
    ...args,
  );

test("each hostname has its own certificate, over HTTP/2 and HTTP/1.1", () => {
  for (const hostname of hostnames) {
    const ask = (...args: string[]): string =>
      curl("-w", "%{http_version} %{http_code}", ...args, `https://${hostname}/`);
    expect(ask()).toBe("2 503");
    expect(ask("--http1.1")).toBe("1.1 503");
  }
  const nobody =
    "openssl s_client -connect [::1]:443 -noservername </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName";
  expect(inside("sh", "-c", nobody)).toContain("DNS:shop.example.net");
});

test("HSTS goes with the hostname that asks for it, and never over plain HTTP", () => {
  const headers = (url: string): string => curl("-D", "-", url).toLowerCase();
  expect(headers("https://shop.example.net/")).toContain("strict-transport-security: max-age=31536000\r\n");
  expect(headers("https://www.example.net/")).not.toContain("strict-transport-security");
  expect(headers("http://shop.example.net/")).not.toContain("strict-transport-security");
});

test("what an authority asks for is answered by the process that runs, and nothing else changes", async () => {
  const challenges = [{ token: "LoqXcYV8", answer: "LoqXcYV8.9jg46WB3" }];
  const url = "http://shop.example.net/.well-known/acme-challenge/LoqXcYV8";
  const ask = (): string =>
    inside("curl", "-sS", "--noproxy", "*", "--connect-to", "::[::1]:", "-w", " %{http_code}", url);
  const changeTo = async (next: ProxyWant): Promise<readonly string[]> => {
    const { install } = proxyHaproxy.plan(next, await proxyHaproxy.observe(system, next));
    expect(await proxyHaproxy.apply(system, install)).toEqual([]);
    return install.map(({ kind }) => kind);
  };
  expect(ask()).toBe(" 308");
  expect(await changeTo([instanceOf({ ...want[0]?.run, challenges })])).toEqual(["AddChallenge", "WriteFiles"]);
  expect(ask()).toBe("LoqXcYV8.9jg46WB3 200");
  expect(await changeTo(want)).toEqual(["RemoveChallenge", "WriteFiles"]);
  expect(ask()).toBe(" 308");
});

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** A private authority publishes neither a list of revoked certificates nor OCSP. */
const excused = new Set(["cert_revocation"]);

/** The words of testssl.sh for what it does not like, from LOW on. */
function complaints(hostname: string): readonly string[] {
  const report = join(directory, `${hostname}.json`);
  const checks = ["--protocols", "--server-preference", "--std", "--fs", "--server-defaults", "-R", "-C"];
  const how = [
    "--quiet",
    "--color",
    "0",
    "--warnings",
    "off",
    "--nodns",
    "none",
    "--add-ca",
    join(directory, "ca.crt"),
  ];
  const command = ["testssl", ...how, ...checks, "-6", "--ip", "::1", "--jsonfile", report, `https://${hostname}`];
  // Its exit status counts findings.
  inside("sh", "-c", '"$@" >"$0" 2>&1 || true', join(directory, `${hostname}.log`), ...command);
  const findings = JSON.parse(readFileSync(report, "utf8")) as readonly Finding[];
  expect(findings.find(({ id }) => id === "TLS1_3")).toMatchObject({ severity: "OK" });
  return findings
    .filter(({ id, severity }) => ["LOW", "MEDIUM", "HIGH", "CRITICAL"].includes(severity) && !excused.has(id))
    .map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`);
}

test(
  "testssl.sh finds nothing, in protocols, ciphers, key exchange, certificate and renegotiation",
  { timeout: 200_000 },
  () => {
    expect(complaints(hostnames[0])).toEqual([]);
  },
);

/** Tells that it has a request, and answers it when it is told to. */
const slowServer = `
  require("node:http").createServer((request, response) => {
    console.log("asked");
    process.stdin.once("data", () => response.end("late"));
  }).listen(8080, "::1");`;

test("a hostname that was given up leaves no key behind, and who is still served is served", async () => {
  const kept = [hostnames[0], "old.example.net"] as const;
  const backends = [{ name: "web", members: [{ ...member(1), address: parseIpv6("::1") }], health: null }];
  const serving = (names: readonly string[], delivered = names): ProxyWant => [
    {
      ...instanceOf({
        listeners: names.map((name) => ({ ...listener(name), backend: "web" })),
        backends,
        certificates: names.map((name) => ({ name, digest: name })),
      }),
      pems: new Map(delivered.map((name) => [name, pems.get(name) ?? pems.get(hostnames[1]) ?? ""])),
    },
  ];
  const steps = async (next: ProxyWant): Promise<readonly string[]> => {
    const { install, retire } = proxyHaproxy.plan(next, await proxyHaproxy.observe(system, next));
    expect(await proxyHaproxy.apply(system, [...install, ...retire])).toEqual([]);
    return [...install, ...retire].map(({ kind }) => kind);
  };
  const stored = () => system.files.list(join(layout.directory, "certificates"));
  // The name of before goes, too: one round takes over, the next one sweeps.
  expect([await steps(serving(kept)), await steps(serving(kept)), await steps(serving(kept))]).toEqual([
    ["Reload"],
    ["RemoveFile"],
    [],
  ]);
  expect(await stored()).toEqual(["old.example.net.pem", "shop.example.net.pem"]);
  const [before] = (await livingProcesses(system, layout)).living.slice(-1);
  const enter = [`--net=/run/netns/${netns}`, "--"];
  const server = spawn("nsenter", [...enter, process.execPath, "-e", slowServer], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void server.kill());
  const asked = once(server.stdout, "data");
  const late = ["-skf", "--noproxy", "*", "--retry", "9", "--retry-all-errors", "--retry-delay", "1"];
  const client = spawn("nsenter", [...enter, "curl", ...late, "--connect-to", "::[::1]:", `https://${kept[1]}/`]);
  const answer = text(client.stdout);
  await asked;
  expect([await steps(serving([kept[0]])), await steps(serving([kept[0]])), await steps(serving([kept[0]]))]).toEqual([
    ["Reload"],
    ["RemoveFile"],
    [],
  ]);
  expect(await stored()).toEqual(["shop.example.net.pem"]);
  expect((await livingProcesses(system, layout)).living).toContainEqual(before);
  server.stdin.end("now");
  expect(await answer).toBe("late");
  // Taken up again, it counts as absent until it is delivered.
  expect(await steps(serving(kept, [kept[0]]))).toEqual([]);
});
