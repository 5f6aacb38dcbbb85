/** Alerts and dashboard: taken by Prometheus' own checker, and about metrics that there are. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { agentMetrics } from "../../packages/agent/metrics.ts";
import { createMetrics } from "../../packages/server/metrics.ts";
import { root } from "../gate/program.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
}
interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const prometheus = join(root, "packaging/prometheus");
const read = (path: string): string => readFileSync(join(root, "packaging", path), "utf8");
const rules = (parse(read("prometheus/netwright.rules.yaml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const panels = (JSON.parse(read("grafana/netwright.json")) as { panels: Panel[] }).panels;
const directory = mkdtempSync(join(tmpdir(), "netwright-monitoring-"));
afterAll(() => rmSync(directory, { recursive: true }));

const promtool = (...words: readonly string[]): { readonly status: number | null; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync("promtool", words, { cwd: prometheus, encoding: "utf8" });
  return { status, said: stdout + stderr };
};

/** Names in an expression that only our metrics can have. */
const metricsIn = (expr: string): readonly string[] => expr.match(/\bnetwright_[a-z_]+/g) ?? [];

const known = new Set(
  [createMetrics("0").registry, agentMetrics("0").registry].flatMap((registry) =>
    registry.getMetricsAsArray().flatMap(({ name }) => [name, `${name}_bucket`]),
  ),
);

describe("alerts", () => {
  test("promtool takes them, and each test of theirs passes", () => {
    expect(promtool("check", "rules", "netwright.rules.yaml")).toMatchObject({ status: 0 });
    expect(promtool("test", "rules", "netwright.rules.test.yaml")).toMatchObject({ status: 0 });
  });

  test("each has a test in which it fires", () => {
    const { tests } = parse(read("prometheus/netwright.rules.test.yaml")) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const fired = tests.flatMap((one) => one.alert_rule_test).filter((one) => one.exp_alerts.length > 0);
    expect([...new Set(fired.map(({ alertname }) => alertname))].toSorted()).toEqual(
      rules.map(({ alert }) => alert).toSorted(),
    );
  });

  test.each(rules)("$alert is about a metric that there is, and stands in docs/operating.md", ({ alert, expr }) => {
    expect(metricsIn(expr).filter((name) => !known.has(name))).toEqual([]);
    expect(readFileSync(join(root, "docs/operating.md"), "utf8")).toContain(`| \`${alert}\` |`);
  });
});

describe("the dashboard", () => {
  const shown = panels.filter(({ type }) => type !== "row");

  test.each(shown)("$title: is about metrics that there are, in expressions that Prometheus takes", (panel) => {
    const expressions = (panel.targets ?? []).map(({ expr }) => expr.replaceAll("$__rate_interval", "5m"));
    expect(expressions.length).toBeGreaterThan(0);
    expect(expressions.flatMap(metricsIn).filter((name) => !known.has(name))).toEqual([]);
    expect(panel.description).toMatch(/\.$/);
    const path = join(directory, "panel.yaml");
    const asRules = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }));
    writeFileSync(path, JSON.stringify({ groups: [{ name: "panel", rules: asRules }] }));
    expect(promtool("check", "rules", path)).toMatchObject({ status: 0 });
  });
});
