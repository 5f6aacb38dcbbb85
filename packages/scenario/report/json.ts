/** The report as JSON, for programs. Its form is stable within a version; docs/test-reports.md lists its fields. Pure. */
import { formatInstant } from "@netwright/base";
import { printable } from "./printable.ts";
import type { RunReport, SessionReport } from "./report.ts";

/** Moments as RFC 3339 text, spans in milliseconds with at most three places. */
export const renderJson = (session: SessionReport): string =>
  text({ ...session, begunAt: formatInstant(session.begunAt), runs: session.runs.map(plainRun) });

/** One run, with what was collected of it. */
export const renderRunJson = (run: RunReport): string => text({ version: 1, ...plainRun(run) });

const plainRun = (run: RunReport): object => ({ ...run, begunAt: formatInstant(run.begunAt) });

const text = (value: object): string => `${JSON.stringify(value, plain, 2)}\n`;

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "number") return Math.round(value * 1000) / 1000;
  return typeof value === "string" ? printable(value) : value;
}
