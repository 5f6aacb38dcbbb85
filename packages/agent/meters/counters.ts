/**
 * From counters that engines keep to how much each rose since the look before. Pure.
 * A counter that fell, or belongs to another process than before, began at zero meanwhile: all that it shows is new.
 */
import { milliseconds, type Milliseconds } from "@netwright/base";
import { measured, type MetricOf, type MetricsRow, type SubjectKind } from "@netwright/contract";

/** What was read of one subject at one look. What could not be read is absent or undefined. */
export interface Reading<Kind extends SubjectKind> {
  /** As in `MetricsRow`. */
  readonly subject: string;
  /** Who counts: another one has counted from zero. */
  readonly engine: string;
  readonly values: Readonly<Partial<Record<MetricOf<Kind>, number | undefined>>>;
  /** How many answers, by latency bucket. */
  readonly latencies?: ReadonlyMap<number, number>;
}

interface Known {
  readonly at: Milliseconds;
  readonly reading: Reading<SubjectKind>;
}

/** After a longer pause nobody can say when a counter rose: it is looked at as for the first time. */
const longestSpan = milliseconds(5000);

export class Counters {
  readonly #known = new Map<string, Known>();

  /** @param now monotonic */
  row<Kind extends SubjectKind>(kind: Kind, reading: Reading<Kind>, now: Milliseconds): MetricsRow {
    const key = `${kind} ${reading.subject}`;
    const known = this.#known.get(key);
    this.#known.set(key, { at: now, reading });
    const before = known !== undefined && now - known.at <= longestSpan ? known : undefined;
    const elapsed = before === undefined ? null : now - before.at;
    const earlier = before?.reading.engine === reading.engine ? before.reading : undefined;
    const rise = (name: string, value: number): number | null => {
      if (before === undefined) return null;
      // The same engine did not tell it before: how much of it is new, nobody knows.
      if (earlier !== undefined && valueOf(earlier, name) === undefined) return null;
      return risen(value, earlier === undefined ? undefined : valueOf(earlier, name));
    };
    const values = Object.entries(measured[kind]).map(([name, { mode }]) => {
      const value = valueOf(reading, name);
      if (value === undefined) return null;
      return mode === "Gauge" ? value : rise(name, value);
    });
    const { latencies } = reading;
    if (latencies === undefined || elapsed === null) return [reading.subject, elapsed, values];
    return [reading.subject, elapsed, values, risenBuckets(latencies, earlier?.latencies)];
  }

  /** Forgets what was not looked at for longer than can be bridged. */
  forget(now: Milliseconds): void {
    for (const [key, { at }] of this.#known) if (now - at > longestSpan) this.#known.delete(key);
  }
}

const valueOf = ({ values }: Reading<SubjectKind>, name: string): number | undefined =>
  (values as Readonly<Record<string, number | undefined>>)[name];

const risen = (value: number, before: number | undefined): number =>
  before === undefined || value < before ? value : value - before;

/** Buckets in which nothing was counted are left out. */
function risenBuckets(
  counts: ReadonlyMap<number, number>,
  before: ReadonlyMap<number, number> | undefined,
): readonly number[] {
  const risenCounts = [...counts].map(([bucket, count]) => [bucket, risen(count, before?.get(bucket))] as const);
  return risenCounts.filter(([, count]) => count > 0).flat();
}
