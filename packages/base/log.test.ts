import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { jsonLog, logFrom, logLevels, parseLogLevel } from "./log.ts";
import type { Instant } from "./units.ts";

const clock = { now: () => 0 as Instant } as Clock;

test.each(logLevels)("from %s on: what is below it is not written", (least) => {
  const lines: string[] = [];
  const log = logFrom(
    least,
    jsonLog(clock, (line) => void lines.push(line)),
  );
  for (const level of logLevels) log[level]("happened", { to: level });
  const told = lines.map((line) => (JSON.parse(line) as { level: string }).level);
  expect(told).toEqual(logLevels.slice(logLevels.indexOf(least)));
});

test("a line is one JSON object", () => {
  const lines: string[] = [];
  jsonLog(clock, (line) => void lines.push(line)).warn("problem", { node: "host1" });
  expect(lines).toEqual(['{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"problem","node":"host1"}\n']);
});

test("a level that is none is refused", () => {
  expect(() => parseLogLevel("loud")).toThrow('--log-level: "loud" is no level');
});
