import { seconds, type Instant } from "@netwright/base";
import { expect, test } from "vitest";
import { renderChart } from "./chart.ts";
import { plainModel, scripted, simulated, traceOf } from "./testing.ts";

const result = simulated({
  scaler: scripted([60, 2], [150, 1]),
  models: [{ ...plainModel("web"), patience: seconds(600) }],
  trace: traceOf(80, 160, 80),
});

const draw = (start: number, title = "shop"): string =>
  renderChart({ title, start: start as Instant, length: 180, results: [result] });

test("demand and supply are lines over time, violations are marks below", () => {
  const svg = draw(0);
  const path = (name: string): string => new RegExp(`<path class="${name}" d="(M[^"]{30,})"`).exec(svg)?.[1] ?? "";
  // One pixel is 180 s / 928; the panel is 110 high for two instances.
  expect(path("demand")).toMatch(/^M56 120H61\.2L61\.2 120/);
  expect(path("demand")).toContain("L365.3 65H370.5");
  expect(path("supply")).toMatch(/Z$/);
  expect(svg.match(/<rect class="violated" x="\d+(\.\d)?" y="175"/g)?.length).toBe(64);
  expect(svg).toContain("1.17 times the least cost, 51.667 % violations, 2 actions");
});

test("relative times are spans, others are clock times", () => {
  expect(draw(0)).toContain(">2 min</text>");
  expect(draw(Date.UTC(2026, 0, 5, 12))).toContain(">12:02</text>");
});

test("names are text, not markup", () => {
  expect(draw(0, '<script>&"')).toContain(">&lt;script&gt;&amp;&quot;</text>");
});
