import { readFileSync } from "node:fs";
import { join } from "node:path";
import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { renderJson, renderRunJson } from "./json.ts";
import { failedRun, sampleRun, sampleSession } from "./testdata/sample-session.ts";

test("is what it was", async () => {
  await expect(renderJson(sampleSession)).toMatchFileSnapshot("golden/report.json");
});

test("moments are text, spans have at most three places, no control characters", () => {
  const text = renderJson({ ...sampleSession, took: milliseconds(1.23456), runs: [failedRun] });
  const report = JSON.parse(text) as {
    begunAt: string;
    took: number;
    runs: { begunAt: string; description: string }[];
  };
  expect(report).toMatchObject({ version: 1, begunAt: "2026-11-23T00:18:53.250Z", took: 1.235 });
  expect(report.runs[0]).toMatchObject({ begunAt: "2026-11-23T00:18:53.250Z" });
  expect(report.runs[0]?.description).toBe(`One of two routers goes <script>alert("1 & 2")</script>red]]>`);
});

test("one run is a report too", () => {
  expect(JSON.parse(renderRunJson(sampleRun()))).toMatchObject({ version: 1, id: "two-hosts", verdict: "Passed" });
});

test("every field of the report is in the document that explains it", () => {
  const names = new Set<string>();
  JSON.parse(renderJson(sampleSession), function collect(this: unknown, key: string, value: unknown): unknown {
    if (key !== "" && !Array.isArray(this)) names.add(key);
    return value;
  });
  const page = readFileSync(join(import.meta.dirname, "../../../docs/test-reports.md"), "utf8");
  expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
