import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "../program.ts";
import { keptTerminal } from "../testing/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "netwright-simulate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const save = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const manifest = (name: string, more: string): string => `apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${name} }
spec:
  expose: [{ hostname: ${name}.example.net, protocol: HTTPS }]
  tiers:
    - name: web
      workload: { image: host, command: [serve], port: 8080 }
      ${more}
`;

const scaled = "autoscale: { max: 20, metrics: [{ metric: requestsPerSecond, target: 70 }] }";
const shop = save("shop.yaml", manifest("shop", scaled));
/** Ten minutes, four of them busy. */
const rates = [100, 100, 100, 600, 600, 600, 600, 100, 100, 100];
const table = rates.map((rate, minute) => `${minute * 60},${rate}`).join("\n");
const trace = save("requests.csv", `time,rate\n${table}\n`);

async function simulate(...options: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const terminal = keptTerminal();
  const status = await runProgram(["autoscale", "simulate", ...options], terminal);
  return { status, ...terminal.printed };
}

interface Found {
  readonly trace: { readonly name: string; readonly seconds: number; readonly step: number };
  readonly models: readonly { readonly name: string; readonly capacity: number; readonly replicas?: number }[];
  readonly results: readonly { readonly scaler: string; readonly requests: number; readonly actions: number }[];
}

const found = async (...options: readonly string[]): Promise<Found> => {
  const { out, err } = await simulate(...options, "-o", "json");
  expect(err).toBe("");
  return JSON.parse(out) as Found;
};

/** Not for the simulation, but for a machine that has other things to do. */
const patience = 60_000;

describe("what is printed", () => {
  test(
    "a table with the service's own policy first, then those asked for, and what the columns mean",
    async () => {
      const { status, out } = await simulate("-f", shop, "--trace", trace, "--compare", "hpa-v2,static");
      expect(status).toBe(0);
      expect(out).toMatch(/^service\/shop, requests\.csv, 10 min\n\nPOLICY {5}COST {2}INSTANCE-HOURS/);
      expect(out).toMatch(/^netwright .*%/m);
      expect(out).toMatch(/^hpa-v2 .*%/m);
      expect(out).toMatch(/^static .*0\.000 %/m);
      expect(out).toContain("VIOLATIONS  requests that arrived while the objective was not met");
    },
    patience,
  );

  test(
    "JSON has the trace, the models and every figure",
    async () => {
      const { trace: traffic, models, results } = await found("-f", shop, "--trace", trace, "--compare", "all");
      expect(traffic).toEqual({ name: "requests.csv", start: null, seconds: 600, step: 60 });
      // The target on requests, taken for 70 % of what an instance can do.
      expect(models.map(({ name, capacity }) => [name, capacity])).toEqual([["web", 100]]);
      expect(results.map(({ scaler }) => scaler)).toEqual([
        "netwright",
        "hpa-v2",
        "knative-kpa",
        "aws-target-tracking",
        "aws-step",
        "static",
      ]);
      expect(results.map(({ requests }) => requests)).toEqual(results.map(() => 180_000));
    },
    patience,
  );

  test(
    "SVG has a panel for each policy",
    async () => {
      const { out } = await simulate("-f", shop, "--trace", trace, "--compare", "static", "-o", "svg");
      expect(out).toMatch(/^<svg [^>]*viewBox="0 0 1000 \d+"[^]*<\/svg>\n$/);
      expect(out).toContain(">netwright</text>");
      expect(out).toContain(">static</text>");
    },
    patience,
  );

  test(
    "is the same every time, and another for another seed",
    async () => {
      const once = await simulate("-f", shop, "--shape", "variable", "--length", "20m", "-o", "json");
      expect(await simulate("-f", shop, "--shape", "variable", "--length", "20m", "-o", "json")).toEqual(once);
      expect(
        await simulate("-f", shop, "--shape", "variable", "--length", "20m", "-o", "json", "--seed", "2"),
      ).not.toEqual(once);
    },
    patience,
  );
});

test(
  "a compressed access log is counted, and gaps of a table may be filled, with a note",
  async () => {
    const line = (second: number): string =>
      `192.0.2.1 - - [05/Jan/2026:00:00:${String(second).padStart(2, "0")} +0000] "GET / HTTP/1.1" 200 5`;
    const log = save("access.log.gz", gzipSync(Array.from({ length: 30 }, (_, second) => line(second)).join("\n")));
    expect((await found("-f", shop, "--trace", log)).trace).toMatchObject({ seconds: 20, step: 10 });
    const gap = save("gap.csv", "0,5\n60,5\n240,5\n");
    const { status, err } = await simulate("-f", shop, "--trace", gap, "--gaps", "zero");
    expect([status, err]).toEqual([0, "gap.csv: 2 steps of 60 s missing in one gap: taken as no requests\n"]);
  },
  patience,
);

test(
  "a tier without autoscale is never short, unless it is given a capacity: then it has its replicas",
  async () => {
    const service = save(
      "two.yaml",
      `${manifest("two", scaled)}    - { name: db, replicas: 3, workload: { image: host, command: [db], port: 5432 } }\n`,
    );
    expect((await found("-f", service, "--trace", trace)).models.map(({ name }) => name)).toEqual(["web"]);
    const { models } = await found("-f", service, "--trace", trace, "--capacity", "db=50", "--capacity", "200");
    expect(models.map(({ name, capacity, replicas }) => [name, capacity, replicas])).toEqual([
      ["web", 200, undefined],
      ["db", 50, 3],
    ]);
  },
  patience,
);

describe("refused, with a code and a hint", () => {
  const plain = save("plain.yaml", manifest("plain", "replicas: 2"));
  const backwards = save("backwards.csv", "0,1\n60,2\n30,3\n");
  const negative = save("negative.csv", "0,1\n60,-2\n");
  const gap = save("missing.csv", "0,1\n60,1\n240,1\n");
  const silent = save("silent.csv", "0,0\n60,0\n");
  test.each([
    [["--trace", trace, "--shape", "growth"], 2, "NW1002", "exactly one of --trace and --shape"],
    [[], 2, "NW1002", "exactly one of --trace and --shape"],
    [["--shape", "saw"], 2, "NW1001", "Allowed choices are on-off, growth, variable, consistent"],
    [["--shape", "growth", "--compare", "hpa-v3"], 2, "NW1001", "no preset hpa-v3"],
    [["--shape", "growth", "--capacity", "wbe=5"], 2, "NW1001", "has no tier wbe"],
    [["--shape", "growth", "--capacity", "web=0"], 2, "NW1001", "write a number above 0"],
    [["--shape", "growth", "--start-up", "10s..5s"], 2, "NW1001", "MEDIAN..P90"],
    [["--shape", "growth", "--seed", "-1"], 2, "NW1001", "whole number"],
    [["--trace", join(folder, "none.csv")], 4, "NW1101", "cannot be read"],
    [["--trace", backwards], 4, "NW1122", "backwards.csv:3"],
    [["--trace", negative], 4, "NW1121", "negative.csv:2"],
    [["--trace", gap], 4, "NW1122", "--gaps hold"],
    [["--trace", silent], 4, "NW1121", "has no requests"],
  ])("%j", async (options, status, code, words) => {
    const { status: got, err, out } = await simulate("-f", shop, ...options);
    expect([got, out]).toEqual([status, ""]);
    expect(err).toContain(code);
    expect(err).toContain(words);
    expect(err).toContain("hint");
  });

  test(
    "a service without autoscale, and files without one service",
    async () => {
      expect((await simulate("-f", plain, "--shape", "growth")).err).toContain("NW1205");
      const both = await simulate("-f", plain, "-f", shop, "--shape", "growth");
      expect(both.err).toContain("name one of service/plain, service/shop");
      const one = await simulate("service/shop", "-f", plain, "-f", shop, "--trace", trace);
      expect(one).toMatchObject({ status: 0, err: "" });
      expect((await simulate("service/shp", "-f", shop, "--shape", "growth")).err).toContain(
        "there is no service service/shp",
      );
    },
    patience,
  );
});

test("Ctrl-C ends it", async () => {
  const terminal = keptTerminal();
  terminal.interrupt();
  expect(await runProgram(["autoscale", "simulate", "-f", shop, "--shape", "growth"], terminal)).toBe(130);
});
