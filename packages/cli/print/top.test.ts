import { measureNames, type MeasureName, type MetricsRecord } from "@netwright/api";
import { expect, test } from "vitest";
import { figure, meter, sparkline } from "./figures.ts";
import { fitted, keyOf, sorted, topTable } from "./top.ts";

const none = Object.fromEntries(measureNames.map((name) => [name, null])) as MetricsRecord["values"];
const record = (tier: string, values: Partial<Record<MeasureName, number>>, change = {}): MetricsRecord => ({
  project: "default",
  service: "shop",
  tier,
  instance: null,
  host: null,
  network: null,
  instances: 2,
  age: 0,
  ...change,
  values: { ...none, ...values },
});
const proxy = record("proxy", {
  cpu: 0.103,
  cpuShare: 0.0515,
  memory: 31_457_280,
  requests: 1234.4,
  errorRatio: 0,
  latency50: 1.88,
  latency95: 14.6,
  latency99: 210,
  queue: 0,
  connections: 52,
});
const web = record(
  "web",
  { cpu: 1.9, cpuShare: 0.95, memory: 3_500_000_000, requests: 1230, errorRatio: 0.004, latency95: 14.6 },
  { age: 9 },
);

test("a table of tiers", () => {
  const history = new Map([[keyOf(web), [0.1, null, 0.5, 1, 1.9]]]);
  expect(topTable("tiers", [proxy, web], { sort: "name", history })).toMatchInlineSnapshot(`
    "TIER        INST   CPU  CPU%              MEM  MEM%  REQ/s   ERR%  P50 ms  P95 ms  P99 ms  QUEUE  CONN  FLOWS/s  SAMPLE  cpu
    shop/proxy     2  0.10  5.1%  #.......   30Mi     -   1234     0%     1.9      15     210      0    52        -  now
    shop/web       2  1.90   95%  ########  3.3Gi     -   1230  0.40%       -      15       -      -     -        -  9s ago  ▁ ▃▅█
    "
  `);
});

test("sorted: highest first, what was not measured last", () => {
  const lb = record("lb", {});
  expect(sorted([lb, proxy, web], "cpu").map(({ tier }) => tier)).toEqual(["web", "proxy", "lb"]);
  expect(sorted([lb, proxy, web], "errors").map(({ tier }) => tier)).toEqual(["web", "proxy", "lb"]);
  expect(sorted([lb, web], "name").map(({ tier }) => tier)).toEqual(["lb", "web"]);
});

test("another project stands before the name", () => {
  expect(topTable("services", [record("web", {}, { project: "team", tier: null })], { sort: "name" })).toMatch(
    /^team\/shop /m,
  );
});

test("figures", () => {
  const told: readonly (readonly [MeasureName, number | null])[] = [
    ["cpu", 0.5],
    ["cpuShare", 0.123],
    ["errorRatio", 0.00001],
    ["memory", 1536],
    ["memory", 5 * 2 ** 30],
    ["sent", 12_340_000],
    ["requests", 0],
    ["requests", 0.333],
    ["requests", 250_000],
    ["latency99", 9.44],
    ["queue", null],
  ];
  expect(told.map(([name, value]) => figure(name, value))).toEqual([
    "0.50",
    "12%",
    "<0.01%",
    "1.5Ki",
    "5.0Gi",
    "12M",
    "0",
    "0.33",
    "250k",
    "9.4",
    "-",
  ]);
});

test("bars and lines", () => {
  expect([null, 0, 0.01, 0.5, 1, 3].map((share) => meter(share, 4))).toEqual([
    "    ",
    "....",
    "#...",
    "##..",
    "####",
    "####",
  ]);
  expect(sparkline([0, 5, null, 10])).toBe("▁▅ █");
  expect(sparkline([0, 0])).toBe("▁▁");
});

test("a screen that is too small: lines are cut, and those left out are counted", () => {
  expect(fitted("abcdef\nb\nc\nd\n", 3, 3)).toBe("abc\nb\n... 2 more".slice(0, 9));
});
