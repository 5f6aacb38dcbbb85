/** A session with something of everything: what renderings are tried with. */
import { milliseconds, type Instant } from "@netwright/base";
import type { CheckReport, RunReport, SessionReport, StepReport } from "../report.ts";

const ms = milliseconds;
export const sampleBegin = Date.UTC(2026, 10, 23, 0, 18, 53, 250) as Instant;

export const sampleCheck = (given: Partial<CheckReport> = {}): CheckReport => ({
  name: "tcp client -> [2001:db8::80]:80",
  subject: "tcp",
  verdict: "Passed",
  expected: "open",
  seen: "open",
  looks: 1,
  at: ms(100),
  took: ms(4),
  source: { file: "tests/failover.yaml", line: 31 },
  evidence: [],
  ...given,
});

export const sampleStep = (given: Partial<StepReport> = {}): StepReport => ({
  phase: "Steps",
  index: [0],
  name: "the web answers",
  verdict: "Passed",
  reason: null,
  mayFail: false,
  at: ms(60),
  took: ms(40),
  source: { file: "tests/failover.yaml", line: 30 },
  commands: [],
  checks: [sampleCheck()],
  parallel: [],
  ...given,
});

export const sampleRun = (given: Partial<RunReport> = {}): RunReport => ({
  id: "two-hosts",
  description: "A client and a web server behind a router.",
  job: "two-hosts",
  file: "tests/two-hosts.yaml",
  attempt: 1,
  seed: 7,
  verdict: "Passed",
  reason: null,
  begunAt: sampleBegin,
  took: ms(812),
  labTook: ms(61),
  network: {
    lab: "t-1",
    nodes: [
      { name: "client", role: "Linux", addresses: ["2001:db8:1::1"] },
      { name: "router", role: "Linux", addresses: ["2001:db8:1::ff", "2001:db8:2::ff"] },
      { name: "web", role: "Linux", addresses: ["2001:db8:2::80"] },
    ],
    links: [
      { name: "client-router", ends: ["client:eth0", "router:eth0"] },
      { name: "router-web", ends: ["router:eth1", "web:eth0"] },
    ],
  },
  steps: [sampleStep()],
  faults: [],
  loads: [],
  artefacts: null,
  repeat: "netwright test tests/two-hosts.yaml --filter two-hosts --seed 7",
  ...given,
});

const hostile = `<script>alert("1 & 2")</script>\u001b[31mred\u001b[0m\u0007]]>`;

const tenths = Array.from({ length: 30 }, (_, index) =>
  index >= 12 && index < 18
    ? { succeeded: 0, failed: 2, slowest: ms(250) }
    : { succeeded: 2, failed: 0, slowest: ms(2 + (index % 3)) },
);

/** Its names and outputs try to be mark-up. */
export const failedRun: RunReport = sampleRun({
  id: "failover[family=6]",
  description: `One of two routers goes ${hostile}`,
  job: "edge",
  file: "tests/failover.yaml",
  verdict: "Failed",
  reason: "traffic goes on: matrix: 1 of 4 cells differ",
  took: ms(4210),
  artefacts: "netwright-report/failover_family=6_",
  repeat: "netwright test tests/failover.yaml --filter 'failover[family=6]' --seed 7",
  steps: [
    sampleStep({
      phase: "Setup",
      name: `start ${hostile}`,
      at: ms(2),
      took: ms(35),
      checks: [],
      commands: [{ node: "web", command: "ip -6 route add default via fe80::1 dev eth0", code: 0, stdout: "", stderr: "", took: ms(3) }],
    }),
    sampleStep(),
    sampleStep({
      index: [1],
      name: "traffic goes on # always",
      verdict: "Failed",
      reason: "matrix: 1 of 4 cells differ",
      at: ms(1200),
      took: ms(2000),
      source: { file: "tests/failover.yaml", line: 40 },
      checks: [
        sampleCheck({
          name: "matrix",
          subject: "matrix",
          verdict: "Failed",
          expected: "every cell as written, within 2 s",
          seen: "1 of 4 cells differ",
          looks: 20,
          took: ms(1990),
          source: { file: "tests/failover.yaml", line: 44 },
          evidence: [
            {
              kind: "Grid",
              name: "tcp 80",
              columns: ["router", "web"],
              rows: [
                { name: "client", cells: [{ expected: "open", seen: "open" }, { expected: "open", seen: "dropped" }] },
                { name: "web", cells: [{ expected: "refused", seen: "refused" }, null] },
              ],
            },
            { kind: "Text", name: "counters", text: `packets 12\n${hostile}\n` },
            { kind: "File", name: "capture", path: "netwright-report/failover_family=6_/wire.pcap" },
          ],
        }),
      ],
    }),
    sampleStep({
      index: [2],
      name: "both beside",
      at: ms(3300),
      took: ms(300),
      verdict: "Error",
      reason: "second: exit status 2",
      checks: [],
      parallel: [
        sampleStep({ index: [2, 0], name: "first", at: ms(3300), took: ms(100), checks: [] }),
        sampleStep({
          index: [2, 1],
          name: "second",
          at: ms(3300),
          took: ms(290),
          verdict: "Error",
          reason: `client: curl: exit status 7: ${hostile}`,
          source: { file: "tests/failover.yaml", line: 52 },
          checks: [],
          commands: [{ node: "client", command: "curl -sS http://web/\necho done", code: 7, stdout: hostile, stderr: "curl: (7) Failed\nto connect\n", took: ms(280) }],
        }),
      ],
    }),
    sampleStep({ index: [3], name: "clock jump", verdict: "Skipped", reason: "this kernel has no netem", at: ms(3700), took: ms(0), checks: [] }),
    sampleStep({ index: [4], name: "nice to have", verdict: "Failed", reason: "slow", mayFail: true, at: ms(3710), took: ms(10), checks: [] }),
    sampleStep({ phase: "Teardown", name: "stop", at: ms(3900), took: ms(5), checks: [] }),
  ],
  faults: [
    { description: "router-web: down", on: ["router-web"], at: ms(1200), until: ms(1800), skipped: null },
    { description: "web: paused", on: ["web"], at: ms(3000), until: null, skipped: null },
    { description: "client-router: loss 10%", on: ["client:eth0"], at: ms(3700), until: ms(3700), skipped: "this kernel has no netem" },
  ],
  loads: [
    {
      name: "shop",
      description: "http http://web/ 20 a second",
      at: ms(100),
      until: ms(3100),
      succeeded: 48,
      failed: 12,
      p50: ms(2.2),
      p99: ms(250.4),
      tenths,
      failures: [{ at: ms(1320), message: hostile }],
    },
  ],
});

export const skippedRun: RunReport = sampleRun({
  id: "mail-pair",
  job: "mail-pair",
  file: "tests/mail-pair.yaml",
  verdict: "Skipped",
  reason: "program postfix is not installed # apt install postfix",
  took: ms(0),
  labTook: null,
  steps: [],
});

export const brokenRun: RunReport = sampleRun({
  id: "nat",
  job: "nat",
  file: "tests/nat.yaml",
  verdict: "Error",
  reason: "ping at client ended by itself with status 1: unknown host",
});

export const sampleSession: SessionReport = {
  version: 1,
  seed: 7,
  begunAt: sampleBegin,
  took: ms(6120),
  runs: [sampleRun(), failedRun, skippedRun, brokenRun],
};
