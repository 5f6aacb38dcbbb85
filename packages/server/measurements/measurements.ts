/** Takes what agents measure, and keeps it. The server's clock says in which second something was, an agent's never does. */
import type { Clock } from "@netwright/base";
import type { Ledger } from "@netwright/compiler";
import { measured, type MetricsReport, type MetricsRow, type SubjectKind } from "@netwright/contract";
import { Ring, type RingBounds, type Sample } from "./ring.ts";
import { columnsIn, findSubject, isSubjectKind, type Subject } from "./subject.ts";
import { Totals } from "./totals.ts";

/** A look that covers more seconds than this says nothing of each. */
const widestLook = 5;

interface Arrival {
  /** Where it was put. */
  readonly second: number;
  /** When it came, in milliseconds. */
  readonly at: number;
}

export class Measurements {
  readonly ring: Ring;
  readonly totals = new Totals();
  readonly #clock: Clock;
  readonly #subjects = new Map<string, Subject>();
  /** Of the last report, by node. */
  readonly #last = new Map<string, Arrival>();
  /** The second of the first report, by node. */
  readonly #since = new Map<string, number>();
  /** The second of the newest sample. */
  readonly #newest = new Map<Subject, number>();

  constructor(clock: Clock, bounds: RingBounds) {
    this.#clock = clock;
    this.ring = new Ring(bounds);
  }

  get subjects(): Iterable<Subject> {
    return this.#subjects.values();
  }

  /** The first second that is not over. */
  get now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  newest(subject: Subject): number {
    return this.#newest.get(subject) ?? 0;
  }

  /** The first second that a node told of since this server started; undefined before. */
  since(node: string): number | undefined {
    return this.#since.get(node);
  }

  take(report: MetricsReport, ledger: Ledger): void {
    const at = this.#clock.now();
    const second = secondOf(this.#last.get(report.node), at);
    this.#last.set(report.node, { second, at });
    if (!this.#since.has(report.node)) this.#since.set(report.node, second);
    for (const { kind, columns, rows } of report.tables) {
      if (!isSubjectKind(kind)) continue;
      const places = columnsIn(kind, columns);
      for (const row of rows) this.#row(report.node, ledger, kind, row, places, second);
    }
    this.#expire();
  }

  #row(
    node: string,
    ledger: Ledger,
    kind: SubjectKind,
    [name, elapsed, told, latencies]: MetricsRow,
    places: readonly (number | undefined)[],
    second: number,
  ): void {
    const subject = this.#subject(ledger, node, kind, name);
    if (subject === undefined) return;
    const values = Array.from<number | null>({ length: Object.keys(measured[kind]).length }).fill(null);
    for (const [index, value] of told.entries()) {
      const place = places[index];
      if (place !== undefined) values[place] = value;
    }
    this.totals.add(subject, values, latencies);
    const sample = sampleOf(kind, elapsed, values);
    const covered = elapsed === null ? 1 : Math.min(widestLook, Math.round(elapsed / 1000));
    // A late look measured the seconds before it too, all alike; gauges are of its own.
    for (let before = 1; before < covered; before += 1) {
      if (this.ring.has(subject, second - before)) break;
      this.ring.write(subject, second - before, countersOf(kind, sample));
    }
    this.ring.write(subject, second, latencies === undefined ? sample : { ...sample, latencies });
    this.#newest.set(subject, second);
  }

  #subject(ledger: Ledger, node: string, kind: SubjectKind, name: string): Subject | undefined {
    const key = `${kind} ${node} ${name}`;
    const known = this.#subjects.get(key);
    if (known !== undefined) return known;
    const found = findSubject(ledger, node, kind, name);
    if (found !== undefined) this.#subjects.set(key, found);
    return found;
  }

  #expire(): void {
    for (const subject of this.ring.expire(this.now)) {
      this.#subjects.delete(subject.key);
      this.#newest.delete(subject);
      this.totals.forget(subject, [...this.#subjects.values()]);
    }
  }
}

/**
 * A report stands for the seconds since the one before, whenever in a second it comes: so none is empty while another has
 * two, because one came a little late. As the agent's second is not quite the server's, it is put right once it is one off.
 * Pure.
 */
export function secondOf(last: Arrival | undefined, now: number): number {
  const next = last === undefined ? Number.NaN : last.second + Math.round((now - last.at) / 1000);
  return Math.abs(next + 0.5 - now / 1000) < 1 ? next : Math.floor(now / 1000);
}

function sampleOf(kind: SubjectKind, elapsed: number | null, values: readonly (number | null)[]): Sample {
  const modes = Object.values(measured[kind]);
  return {
    values: values.map((value, index) => {
      if (value === null || modes[index]?.mode === "Gauge") return value;
      return elapsed === null || elapsed <= 0 ? null : (value * 1000) / elapsed;
    }),
  };
}

function countersOf(kind: SubjectKind, { values }: Sample): Sample {
  const modes = Object.values(measured[kind]);
  return { values: values.map((value, index) => (modes[index]?.mode === "Counter" ? value : null)) };
}
