/** What is measured: agents bring it, everybody who may look asks for it. */
import {
  measureNames,
  metricsGroups,
  metricsReductions,
  metricsReportSchema,
  type MetricsAnswer,
  type MetricsFilter,
  type MetricsRange,
} from "@netwright/api";
import { formatInstant, NetwrightError, type Instant } from "@netwright/base";
import type { MetricsReport } from "@netwright/contract";
import { scopeOf } from "../auth/scope.ts";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import { integerQuery } from "../http/query.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, QueryParameter, Route } from "../http/route.ts";
import { recordsNow, seriesOf, type Question } from "../measurements/query.ts";
import type { ServerContext } from "./context.ts";
import { nodeOf } from "./nodes.ts";

/** Octets: a report of some 100,000 rows. */
const reportLimit = 32 * 2 ** 20;
const defaultWindow = 10;
/** Values of one answer: each costs a look at every sample of its step. */
const valuesMax = 11_000;

const filters = ["project", "service", "tier", "instance", "host", "network"] as const;

const parameters: readonly QueryParameter[] = [
  { name: "group", type: "string", summary: `What each row is about: ${metricsGroups.join(", ")} (tiers).` },
  ...filters.map((name): QueryParameter => ({ name, type: "string", summary: `Only what is of this ${name}.` })),
  {
    name: "reduce",
    type: "string",
    summary: "Mean (of the window or step) or Max (its worst second); quantiles are of the whole either way.",
  },
];

export const metricsRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "POST",
    path: "/v1alpha1/nodes/{node}/metrics",
    summary: "What the node measured in the last second.",
    access: "Node",
    reach: "Site",
    body: "MetricsReport",
    answer: { kind: "Object", schema: "Empty" },
    handle: (call) => take(context, call),
  },
  {
    method: "GET",
    path: "/v1alpha1/metrics",
    summary: "What was measured in the last seconds.",
    access: "Viewer",
    reach: "Project",
    query: [...parameters, { name: "window", type: "integer", summary: `Seconds (${defaultWindow}).` }],
    answer: { kind: "Object", schema: "MetricsAnswer" },
    handle: (call) => now(context, call),
  },
  {
    method: "GET",
    path: "/v1alpha1/metrics/range",
    summary: "One metric over time.",
    access: "Viewer",
    reach: "Project",
    query: [
      ...parameters,
      { name: "metric", type: "string", summary: `One of ${measureNames.join(", ")}.` },
      { name: "from", type: "string", summary: "RFC 3339: where it begins." },
      { name: "to", type: "string", summary: "RFC 3339: where it ends; absent: now." },
      { name: "step", type: "integer", summary: "Seconds for each value (1)." },
    ],
    answer: { kind: "Object", schema: "MetricsRange" },
    handle: (call) => range(context, call),
  },
];

async function take(context: ServerContext, call: Call): Promise<Response> {
  const node = nodeOf(context, call);
  const report = parse(metricsReportSchema, await readJson(call.request, reportLimit)) as MetricsReport;
  if (report.node !== node) throw new RequestError(400, `the report is about ${report.node}, not ${node}`);
  context.measurements.take(report, context.controller.world.ledger);
  return json({});
}

function now({ measurements, clock }: ServerContext, call: Call): Response {
  const question = questionIn(call);
  const window = span(call, "window", defaultWindow);
  const items = recordsNow(measurements, question, window);
  return json({ group: question.group, at: formatInstant(clock.now()), window, items } satisfies MetricsAnswer);
}

function range({ measurements }: ServerContext, call: Call): Response {
  const question = questionIn(call);
  const metric = choice(call, "metric", measureNames);
  if (metric === undefined) throw new RequestError(400, "metric is missing", "for example metric=requests");
  const step = span(call, "step", 1);
  const to = Math.min(measurements.now, second(call, "to") ?? measurements.now);
  const from = second(call, "from");
  if (from === undefined) throw new RequestError(400, "from is missing", "for example from=2026-01-31T12:00:00Z");
  if (from >= to) throw new RequestError(400, "from is not before to, or lies in the future");
  const values = Math.ceil((to - from) / step);
  if (values > valuesMax)
    throw new RequestError(400, `that are ${values} values, and ${valuesMax} are the most`, "ask for a larger step");
  const items = seriesOf(measurements, question, metric, { from, to }, step);
  const start = formatInstant((from * 1000) as Instant);
  return json({ group: question.group, metric, from: start, step, items } satisfies MetricsRange);
}

function questionIn(call: Call): Question {
  const group = choice(call, "group", metricsGroups) ?? "tiers";
  const scope = scopeOf(call.subject);
  if (group === "hosts" && scope !== null)
    throw new NetwrightError("NW1504", "this token is of one project, and hosts are of the whole site");
  const filter = Object.fromEntries(
    filters.flatMap((name) => {
      const value = call.url.searchParams.get(name);
      return value === null ? [] : [[name, value]];
    }),
  ) as MetricsFilter;
  return { group, scope, filter, reduce: choice(call, "reduce", metricsReductions) ?? "Mean" };
}

function choice<T extends string>(call: Call, name: string, allowed: readonly T[]): T | undefined {
  const value = call.url.searchParams.get(name);
  if (value === null) return undefined;
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new RequestError(400, `${name} is none of ${allowed.join(", ")}`);
  return found;
}

/** Seconds, at least one. */
function span(call: Call, name: string, otherwise: number): number {
  const value = integerQuery(call, name) ?? otherwise;
  if (value < 1) throw new RequestError(400, `${name} is at least 1`);
  return value;
}

function second(call: Call, name: string): number | undefined {
  const value = call.url.searchParams.get(name);
  if (value === null) return undefined;
  const instant = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(instant)) throw new RequestError(400, `${name} is no time as RFC 3339 has it`);
  return Math.floor(instant / 1000);
}
