/** Every kind of check on one real network with a firewall in its middle: what holds, and what does not. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSubjects } from "@netwright/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CheckReport, RunReport, StepReport } from "../report/report.ts";
import { runFiles } from "../testdata/session.ts";

const evidence = mkdtempSync(join(tmpdir(), "netwright-evidence-"));
const servers = new URL("../testdata/servers.ts", import.meta.url).pathname;
const program = new URL("../testdata/topology-check.sh", import.meta.url).pathname;
const node = process.execPath;

type Written = Readonly<Record<string, unknown>>;
/** A check, and what is seen: `holds` or `fails`, and a pattern for its line. */
type Case = readonly [check: Written, verdict: "holds" | "fails", seen: RegExp];

const asks = (at: string, check: Written): Written => ({ at, ...check });

const probes: readonly Case[] = [
  [asks("a", { tcp: { to: "b:80" } }), "holds", /^Open after .* ms$/],
  [asks("a", { tcp: { to: "b:80", is: "Refused" } }), "fails", /^Open/],
  [asks("a", { tcp: { to: "b:81", is: "Dropped" } }), "holds", /^Dropped: nothing for 1 s$/],
  [asks("a", { tcp: { to: "b:81" }, timeout: "200ms" }), "fails", /^Dropped: nothing for 20\d ms$/],
  [asks("a", { tcp: { to: "b:82", is: "Refused" } }), "holds", /^Refused by b \(fd00:.*\): RST$/],
  [
    asks("a", { tcp: { to: "b:83", is: "Refused" } }),
    "holds",
    /^Refused by r \(fd00:.*\): administratively prohibited$/,
  ],
  [asks("a", { tcp: { to: "b:84" } }), "fails", /^Refused by b \(fd00:.*\): RST$/],
  [asks("a", { tcp: { to: "[2001:db8:bad::1]:80", is: "Refused" } }), "holds", /^Refused by r .*: no route$/],
  [asks("a", { tcp: { to: "nobody.example:80" } }), "fails", /^not resolved at a: /],
  [asks("a", { udp: { to: "b:9000", send: "x", answer: { equals: "echo x" } } }), "holds", /answer "echo x"/],
  [asks("a", { udp: { to: "b:9000", answer: { equals: "echo x" } } }), "fails", /answer is "echo ping"/],
  [asks("a", { udp: { to: "b:9001", is: "Refused" } }), "holds", /^Refused by b .*: port unreachable$/],
  [asks("a", { udp: { to: "b:81" }, timeout: "200ms" }), "fails", /^Dropped/],
  [asks("a", { ping: { to: "b", count: 3 } }), "holds", /^3 of 3 Open: Open after/],
  [asks("a", { ping: { to: "c", is: "Dropped" }, timeout: "200ms" }), "holds", /^Dropped/],
  [
    asks("b", { ping: { to: "c", size: 1400, fragment: false, is: "Refused" } }),
    "holds",
    /: packet too big, MTU 1400$/,
  ],
  [asks("b", { ping: { to: "c", size: 1400 } }), "holds", /^Open/],
  [asks("b", { ping: { to: "c", size: 1352, fragment: false } }), "holds", /^Open/],
  [asks("a", { not: true, ping: { to: "b" } }), "fails", /^Open/],
];

const matrix = (port: number, b: string, r: string): Written => ({
  matrix: { port, expect: { a: { b, r }, c: { b } } },
  timeout: "300ms",
});

const services: readonly Case[] = [
  [
    asks("a", {
      http: {
        url: "http://b:8080/",
        answerHeaders: { "X-Word": "^hel" },
        body: { json: { "is[0].ok": true } },
        version: "1.1",
        family: 6,
      },
    }),
    "holds",
    /^status 200/,
  ],
  [asks("a", { http: { url: "http://b:8080/broken" } }), "fails", /^status 503: "no"$/],
  [asks("a", { http: { url: "http://b:8080/old", status: 301 } }), "holds", /^status 301/],
  [asks("a", { http: { url: "http://b:8080/old", redirects: true } }), "holds", /^status 200/],
  [asks("a", { http: { url: "http://b:8080/silent" }, timeout: "200ms" }), "fails", /timed out|no answer in/i],
  [asks("a", { http: { url: "http://b:81/", is: "Dropped" }, timeout: "200ms" }), "holds", /^Dropped/],
  [asks("a", { http: { url: "http://b:82/" } }), "fails", /^no connection: /],
  [
    asks("a", {
      http: {
        url: "https://b:8443/",
        insecure: true,
        certificate: { issuer: { contains: "CN=b" }, names: ["b"], validFor: "1h" },
      },
    }),
    "holds",
    /^status 200/,
  ],
  [
    asks("a", { http: { url: "https://b:8443/", insecure: true, certificate: { names: ["shop.example"] } } }),
    "fails",
    /^not for shop.example: DNS:b$/,
  ],
  [asks("a", { http: { url: "https://b:8443/" } }), "fails", /certificate/],
  [
    asks("a", { dns: { name: "www.example.net", server: "b", answers: ["2001:db8::80"] } }),
    "holds",
    /^NOERROR: 2001:db8::80$/,
  ],
  [
    asks("a", { dns: { name: "www.example.net", server: "b", answers: ["2001:db8::81"] } }),
    "fails",
    /^NOERROR: 2001:db8::80$/,
  ],
  [asks("a", { dns: { name: "none.example.net", server: "b", code: "NXDOMAIN" } }), "holds", /^NXDOMAIN: no answers$/],
  [asks("a", { dns: { name: "www.example.net", server: "r" }, timeout: "1s" }), "fails", /^no answer from r/],
  [asks("b", { listening: { port: 8080 } }), "holds", /^TCP 8080 is open$/],
  [asks("b", { listening: { port: 9000, protocol: "UDP" } }), "holds", /^UDP 9000 is open$/],
  [asks("b", { listening: { port: 9000 } }), "fails", /^listened on: TCP 53, 80, /],
  [asks("b", { log: { of: "servers", matches: "^serving$" } }), "holds", /^1: "serving"$/],
  [asks("b", { log: { of: "servers", matches: "^serving$", times: 2 } }), "fails", /^1: "serving"$/],
  [asks("b", { log: { of: "nothing", matches: "x" } }), "fails", /^there is no program nothing at b$/],
  [asks("b", { file: { path: "/etc/test/word", content: { equals: "hello" } } }), "holds", /^content is "hello"$/],
  [asks("b", { file: { path: "/etc/test/word", exists: false } }), "fails", /^a file: "hello"$/],
  [asks("a", { file: { path: "/etc/test/word" } }), "fails", /^no \/etc\/test\/word$/],
  [asks("a", { route: { to: "2001:db8::1", via: ["r"] } }), "holds", /^default via r fd00:.* dev r$/],
  [asks("a", { route: { to: "2001:db8::1", via: ["b"] } }), "fails", /not via b, also via r/],
  [asks("r", { route: { to: "2001:db8:bad::/64", exists: false } }), "holds", /^no route to /],
  [asks("r", { route: { to: "2001:db8:bad::/64" } }), "fails", /^no route to /],
  [matrix(80, "Open", "Refused"), "holds", /^3 of 3 pairs as expected$/],
  [matrix(81, "Open", "Refused"), "fails", /^1 of 3 pairs as expected; a to b is not Open: Dropped/],
  [{ matrix: { protocol: "ICMP", expect: { a: { b: "Open", c: "Dropped" } } }, timeout: "300ms" }, "holds", /^2 of 2/],
  [{ latency: { from: "a", to: "b", count: 5, atMost: 500 } }, "holds", /ms$/],
  [{ latency: { from: "a", to: "b", count: 5, atLeast: 1000 } }, "fails", /ms$/],
  [
    { latency: { from: "a", to: "b", count: 5, atMost: 1000, baseline: { from: "a", to: "r" } } },
    "holds",
    /times the baseline/,
  ],
  [{ throughput: { from: "a", to: "b", for: "1s", atLeast: 1 } }, "holds", /Mbit\/s$/],
  [{ throughput: { from: "a", to: "b", for: "1s", protocol: "UDP", atLeast: 10_000_000 } }, "fails", /Mbit\/s$/],
  [{ program: { path: program, args: ["a b c r"], tap: true } }, "holds", /^2 test points ok$/],
  [
    { program: { path: program, args: ["x"], tap: true } },
    "fails",
    /^1 of 2 not ok: 1 the nodes are x, exit status 1$/,
  ],
  [{ program: { path: program, args: ["x"] } }, "fails", /^exit status 1/],
];

const peers = [
  ["r", "Established"],
  ["c", "Established"],
] as const;
const routing: readonly Case[] = [
  ...peers.map(([peer, state]): Case => [
    asks("b", { bgp: { peer, state } }),
    "holds",
    new RegExp(`^${peer} .* is ${state}$`),
  ]),
  [asks("r", { bgp: { peer: "b" } }), "holds", /^b .* is Established$/],
  [asks("c", { bgp: {} }), "holds", /^b .* is Established$/],
  [asks("c", { bgp: { peer: "a" } }), "fails", /^no session with a$/],
  [asks("b", { bgp: { state: "Idle" } }), "fails", /is Established/],
  [asks("b", { bgp: { prefix: "2001:db8:f::/48", via: ["r"] } }), "holds", /via r/],
  [asks("r", { bgp: { prefix: "2001:db8:c::/48", via: ["b"] }, eventually: "10s" }), "holds", /via b/],
  [asks("c", { bgp: { prefix: "2001:db8:f::/48", via: ["b"] }, eventually: "10s" }), "holds", /via b/],
  [asks("c", { bgp: { prefix: "2001:db8:9::/48" } }), "fails", /^GoBGP has no BGP route to 2001:db8:9::\/48$/],
  [asks("a", { bgp: {} }), "fails", /^no BGP speaker runs here/],
];

const bird = `router id 10.0.0.2;
protocol device {}
protocol bgp r { local as 65002; neighbor R_B as 65001; connect delay time 1; ipv6 { import all; export all; next hop self; }; }
protocol bgp c { local as 65002; neighbor C_B as 65003; multihop; connect delay time 1; ipv6 { import all; export all; next hop self; }; }
`;
const startBird =
  'sed "s/R_B/$R_B_ADDRESS/; s/C_B/$C_R_ADDRESS/" /etc/test/bird.conf >/run/bird.conf && exec bird -f -c /run/bird.conf -s /run/bird.ctl';
const startFrr = `mkdir -p /run/frr && chown frr:frr /run/frr /etc/test
printf '%s\\n' 'router bgp 65001' 'bgp router-id 1.1.1.1' 'no bgp ebgp-requires-policy' 'no bgp network import-check' \\
  "neighbor $B_R_ADDRESS remote-as 65002" "neighbor $B_R_ADDRESS timers connect 1" 'address-family ipv6 unicast' \\
  "neighbor $B_R_ADDRESS activate" 'network 2001:db8:f::/48' >/etc/test/bgpd.conf
exec /usr/lib/frr/bgpd -n -f /etc/test/bgpd.conf -A ::1 -P 0`;
const startGobgp = `printf '%s\\n' '[global.config]' 'as = 65003' 'router-id = "10.0.0.3"' '[[neighbors]]' '[neighbors.config]' \\
  "neighbor-address = \\"$B_ADDRESS\\"" 'peer-as = 65002' '[neighbors.timers.config]' 'connect-retry = 1' '[neighbors.ebgp-multihop.config]' \\
  'enabled = true' 'multihop-ttl = 5' '[[neighbors.afi-safis]]' '[neighbors.afi-safis.config]' 'afi-safi-name = "ipv6-unicast"' >/run/gobgp.toml
exec gobgpd -f /run/gobgp.toml`;

const firewall = `table inet filter {
  chain forward {
    type filter hook forward priority 0
    tcp dport 81 drop
    tcp dport 82 reject with tcp reset
    tcp dport 83 reject with icmpx admin-prohibited
    udp dport 81 drop
    ip6 daddr C ip6 saddr A icmpv6 type echo-request drop
  }
}
`;
const key =
  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /etc/test/key -out /etc/test/certificate -days 2 -subj /CN=b -addext subjectAltName=DNS:b";
const zone =
  "example.net. 60 SOA ns.example.net. a.example.net. 1 60 60 60 60\nexample.net. 60 NS ns.example.net.\nns.example.net. 60 AAAA ::1\nwww.example.net. 60 AAAA 2001:db8::80\n";
const knot =
  'server:\n  listen: "::@53"\n  rundir: /run/knot\ndatabase:\n  storage: /run/knot\nzone:\n  - domain: example.net\n    file: /etc/test/zone\n';

const steps: readonly Written[] = [
  {
    name: "routes",
    at: "r",
    run: 'sysctl -qw net.ipv6.conf.all.forwarding=1 && sed "s/ A / $A_ADDRESS /; s/ C / $C_ADDRESS /" /etc/test/rules | nft -f -',
  },
  ...["a", "b", "c"].map((name) => ({
    at: name,
    run: `ip -6 route replace default via $R_${name.toUpperCase()}_ADDRESS`,
  })),
  { name: "key", at: "b", run: key },
  {
    name: "servers",
    at: "b",
    background: [
      { name: "servers", run: [node, servers] },
      { name: "knot", run: "mkdir -p /run/knot && exec knotd -c /etc/test/knot.conf" },
      { name: "bird", run: startBird },
      { name: "frr", at: "r", run: startFrr },
      { name: "gobgp", at: "c", run: startGobgp },
    ],
    wait: [{ log: { of: "servers", matches: "serving" } }, { listening: { port: 53 } }],
  },
  { name: "probes", mayFail: true, checks: probes.map(([check]) => check) },
  { name: "services", mayFail: true, checks: services.map(([check]) => check) },
  {
    name: "captures",
    at: "a",
    mayFail: true,
    run: ["curl", "-s", "http://b:8080/"],
    checks: [
      { capture: { link: "a-r", filter: "tcp port 8080", min: 6 } },
      { capture: { link: "r:b", filter: "tcp port 8080", max: 0 } },
      { capture: { link: "a-r", filter: "udp port 8080", max: 0 } },
      { capture: { link: "a-r", filter: "udp port 8080", min: 1 } },
    ],
  },
  {
    name: "a filter that is none",
    at: "a",
    mayFail: true,
    run: "true",
    checks: [{ capture: { link: "a-r", filter: "nonsense", max: 0 } }],
  },
  {
    name: "loads",
    load: [
      { name: "http", at: "a", http: "http://b:8080/", rate: 100, fresh: 0.3 },
      { name: "https", at: "a", http: "https://b:8443/", insecure: true },
      { name: "tcp", at: "a", tcp: "b:80" },
      { name: "udp", at: "a", udp: "b:9000" },
      { name: "ping", at: "a", ping: "b", rate: 200 },
      { name: "refused", at: "a", tcp: "b:82" },
      { name: "own", at: "a", command: ["sleep", "1000"] },
    ],
    checks: ["http", "https", "tcp", "udp", "ping"].map((name) => ({ load: { name, atLeast: 5 }, eventually: "10s" })),
  },
  { name: "a failure", mayFail: true, checks: [{ load: { name: "refused" } }] },
  { name: "broken", at: "r", run: "nft insert rule inet filter forward tcp dport 8080 reject with tcp reset" },
  { name: "it failed", wait: [{ not: true, load: { name: "http" } }], run: "nft delete table inet filter", at: "r" },
  { name: "again", wait: [{ load: { name: "http", since: "again", atLeast: 10 } }] },
  { name: "enough", stop: ["http", "own"] },
  { name: "sessions", at: ["b", "c"], wait: [{ bgp: {} }] },
  { at: "c", run: "gobgp global rib add -a ipv6 2001:db8:c::/48 nexthop $C_R_ADDRESS" },
  { name: "routing", mayFail: true, checks: routing.map(([check]) => check) },
  { name: "object", mayFail: true, checks: [{ object: { ref: "service/shop", condition: "Ready" } }] },
];

const scenario = {
  apiVersion: "netwright.dev/v1alpha1",
  kind: "Scenario",
  metadata: { name: "checks" },
  spec: {
    topology: {
      lab: {
        nodes: ["a", "b", "c", "r"].map((name) => ({ name, role: "Linux" })),
        links: [
          ["a", "r", 1500],
          ["r", "b", 1500],
          ["r", "c", 1400],
        ].map(([left, right, mtu]) => ({ ends: [{ node: left }, { node: right }], mtu })),
      },
    },
    files: [
      { at: "b", path: "/etc/test/word", content: "hello" },
      { at: "b", path: "/etc/test/zone", content: zone },
      { at: "b", path: "/etc/test/knot.conf", content: knot },
      { at: "b", path: "/etc/test/bird.conf", content: bird },
      { at: "r", path: "/etc/test/rules", content: firewall },
    ],
    steps,
  },
};

let run: RunReport;
beforeAll(async () => {
  const { runs } = await runFiles({ "checks.yaml": JSON.stringify(scenario) }, { directoryOf: () => evidence });
  run = runs[0] as RunReport;
});
afterAll(() => rmSync(evidence, { recursive: true }));

const stepOf = (name: string): StepReport => run.steps.find((each) => each.name === name) as StepReport;
const told = ({ verdict, seen }: CheckReport): string => `${verdict}: ${seen}`;

describe.each([
  ["probes", probes],
  ["services", services],
  ["routing", routing],
] as const)("%s", (name, cases) => {
  test.each(cases.map(([check, verdict, seen], index) => [JSON.stringify(check), verdict, seen, index] as const))(
    "%s %s",
    (_, verdict, seen, index) => {
      const report = stepOf(name).checks.slice(-cases.length)[index] as CheckReport;
      expect(told(report)).toMatch(verdict === "holds" ? /^Passed: / : /^Failed: /);
      expect(report.seen).toMatch(seen);
      expect(report.expected).not.toMatch(/^$|\n|undefined/);
    },
  );
});

test("a TCP check costs a few milliseconds", () => {
  const took = stepOf("probes")
    .checks.filter(({ seen }) => seen.startsWith("Open"))
    .map((check) => check.took);
  expect(Math.min(...took)).toBeLessThan(100);
});

test("a matrix is drawn as a grid", () => {
  const [first] =
    stepOf("services").checks.find(({ subject, verdict }) => subject === "matrix" && verdict === "Failed")?.evidence ??
    [];
  expect(first).toEqual({
    kind: "Grid",
    name: "TCP 81",
    columns: ["b", "r"],
    rows: [
      {
        name: "a",
        cells: [
          { expected: "Open", seen: "Dropped" },
          { expected: "Refused", seen: "Refused" },
        ],
      },
      { name: "c", cells: [{ expected: "Open", seen: "Dropped" }, null] },
    ],
  });
});

test("captures begin before the step's commands and have all of them; packets that should not be are evidence", () => {
  expect(stepOf("captures").checks.map(told)).toEqual([
    expect.stringMatching(/^Passed: \d+ packets$/),
    expect.stringMatching(/^Failed: \d+ packets$/),
    "Passed: 0 packets",
    "Failed: 0 packets",
  ]);
  expect(stepOf("captures").checks[1]?.evidence).toMatchObject([
    { kind: "File", name: expect.stringContaining("-r-b.pcap") },
  ]);
  expect(readdirSync(evidence)).toEqual([expect.stringMatching(/^capture-\d+-r-b\.pcap$/)]);
  expect(stepOf("a filter that is none")).toMatchObject({
    verdict: "Error",
    reason: expect.stringContaining("syntax error"),
  });
});

test("loads: none failed, some failed, none since the service came back", () => {
  expect(["loads", "it failed", "again"].map((name) => stepOf(name).verdict)).toEqual(["Passed", "Passed", "Passed"]);
  expect(stepOf("a failure").checks.map(told)).toEqual([
    expect.stringMatching(/^Failed: \d+ of \d+ failed, .*: Refused by b .*: RST, 0 succeeded$/),
  ]);
  const load = (name: string) => run.loads.find((each) => each.name === name);
  const { failures = [], tenths = [], succeeded = 0, failed = 0, p50 } = load("http") ?? {};
  expect(failures[0]?.message).toMatch(/ECONNREFUSED|ECONNRESET|hang up/);
  expect(tenths.reduce((sum, tenth) => sum + tenth.succeeded + tenth.failed, 0)).toBe(succeeded + failed);
  expect(p50).toBeGreaterThan(0);
  expect(load("own")).toMatchObject({ description: "sleep 1000", succeeded: 1, failed: 0 });
  expect(load("ping")).toMatchObject({ failed: 0, description: "ping b, 200 a second" });
});

test("without a server there are no objects", () => {
  expect(stepOf("object").checks.map(told)).toEqual(["Error: the lab has no server, so there are no objects"]);
});

test("every kind of check was made", () => {
  const made = new Set(run.steps.flatMap(({ checks }) => checks.map(({ subject }) => subject)));
  expect(checkSubjects.filter((subject) => !made.has(subject))).toEqual(["command"]);
});
