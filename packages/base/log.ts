import type { Clock } from "./clock.ts";
import { NetwrightError } from "./errors.ts";
import { formatInstant } from "./units.ts";

/** From the most talkative on. `debug` is for who looks for a fault: every request, every look. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** One JSON object per line: `time`, `level`, `event`, then what the event is about. Never a secret. */
export type Log = Readonly<Record<LogLevel, (event: string, fields?: Readonly<Record<string, unknown>>) => void>>;

export function jsonLog(clock: Clock, write: (line: string) => void): Log {
  const line =
    (level: LogLevel): Log[LogLevel] =>
    (event, fields = {}) =>
      write(`${JSON.stringify({ time: formatInstant(clock.now()), level, event, ...fields })}\n`);
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** The same log without what is below a level. */
export function logFrom(least: LogLevel, log: Log): Log {
  const quiet = (): void => {};
  const kept = (level: LogLevel): Log[LogLevel] =>
    logLevels.indexOf(level) < logLevels.indexOf(least) ? quiet : log[level];
  return { debug: kept("debug"), info: kept("info"), warn: kept("warn"), error: kept("error") };
}

/** @throws NW1001. */
export function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw new NetwrightError("NW1001", `--log-level: ${JSON.stringify(text)} is no level`, {
    hint: `one of ${logLevels.join(", ")}`,
  });
}
