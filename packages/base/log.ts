import type { Clock } from "./clock.ts";
import { formatInstant } from "./units.ts";

/** One JSON object per line: `time`, `level`, `event`, then what the event is about. Never a secret. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

export function jsonLog(clock: Clock, write: (line: string) => void): Log {
  const line =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
      write(`${JSON.stringify({ time: formatInstant(clock.now()), level, event, ...fields })}\n`);
  return { info: line("info"), warn: line("warn"), error: line("error") };
}
