/** Answers to questions about what was measured. What the autoscaler, rollouts and `netwright top` ask, they ask here. */
import type {
  MeasureName,
  MetricsFilter,
  MetricsGroup,
  MetricsRecord,
  MetricsReduction,
  MetricsSeries,
} from "@netwright/api";
import type { Scope } from "../auth/scope.ts";
import { Aggregate, staleAfter, type Window } from "./aggregate.ts";
import { gather, type Gathered } from "./gather.ts";
import type { Measurements } from "./measurements.ts";

export interface Question {
  readonly group: MetricsGroup;
  readonly filter: MetricsFilter;
  /** Null: the whole site. */
  readonly scope: Scope;
  readonly reduce: MetricsReduction;
}

/** The last `window` seconds that are over. */
export function recordsNow(
  measurements: Measurements,
  { group, filter, scope, reduce }: Question,
  window: number,
): readonly MetricsRecord[] {
  const to = measurements.now;
  const aggregate = new Aggregate(measurements.ring, { from: to - window, to }, reduce);
  return gather(measurements.subjects, group, filter, scope)
    .map((row) => recordOf(measurements, row, aggregate.measures(row), to))
    .filter(({ age }) => age !== null && age <= window + staleAfter);
}

/** Of one tier: null where nothing is known of it. */
export function tierNow(
  measurements: Measurements,
  tier: { readonly project: string; readonly service: string; readonly tier: string },
  window: number,
): MetricsRecord | null {
  const question: Question = { group: "tiers", filter: { ...tier }, scope: null, reduce: "Mean" };
  return recordsNow(measurements, question, window)[0] ?? null;
}

/** One value per step for each row that has any. */
export function seriesOf(
  measurements: Measurements,
  { group, filter, scope, reduce }: Question,
  metric: MeasureName,
  { from, to }: Window,
  step: number,
): readonly MetricsSeries[] {
  const starts = Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
  const windows = starts.map(
    (start) => new Aggregate(measurements.ring, { from: start, to: Math.min(to, start + step) }, reduce),
  );
  return gather(measurements.subjects, group, filter, scope)
    .map((row) => ({ ...row.place, values: windows.map((window) => window.measures(row)[metric]) }))
    .filter(({ values }) => values.some((value) => value !== null));
}

function recordOf(
  measurements: Measurements,
  row: Gathered,
  values: MetricsRecord["values"],
  now: number,
): MetricsRecord {
  const all = [row.instances, row.fronts, row.members, row.listeners, row.hosts].flat();
  const newest = Math.max(0, ...all.map((subject) => measurements.newest(subject)));
  // A load balancer is no process: it is known by its listeners.
  const fresh = new Set(
    [...row.instances, ...row.listeners].flatMap((subject) =>
      now - measurements.newest(subject) <= staleAfter && subject.place !== undefined
        ? [`${subject.place.project}/${subject.place.instance}`]
        : [],
    ),
  );
  // The end of the newest second; a report may be put half a second ahead.
  return { ...row.place, instances: fresh.size, age: newest === 0 ? null : Math.max(0, now - newest - 1), values };
}
