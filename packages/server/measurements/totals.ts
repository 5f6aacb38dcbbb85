/**
 * Sums since this server started, for Prometheus: by service, tier and host, so that there are no more series than tiers on
 * hosts, whatever instances come and go. A sum stays when an instance goes, or it would fall.
 */
import { latencyBucketCount, measured, type SubjectKind } from "@netwright/contract";
import type { Place, Subject } from "./subject.ts";

export interface TierTotal {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly host: string;
  readonly kind: SubjectKind;
  /** By column of the kind. */
  readonly values: Float64Array;
}

export interface LatencyTotal {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  /** By bucket. */
  readonly counts: Float64Array;
}

export class Totals {
  readonly tiers = new Map<string, TierTotal>();
  readonly hosts = new Map<string, Float64Array>();
  readonly latencies = new Map<string, LatencyTotal>();

  /** @param values how much counters rose; gauges are passed over */
  add(subject: Subject, values: readonly (number | null)[], latencies: readonly number[] = []): void {
    const sums = this.#sums(subject);
    const modes = Object.values(measured[subject.kind]);
    for (const [index, value] of values.entries())
      if (value !== null && modes[index]?.mode === "Counter") sums[index] = (sums[index] ?? 0) + value;
    if (latencies.length === 0) return;
    for (const place of [subject.place, subject.via]) if (place !== undefined) this.#count(place, latencies);
  }

  /** Nothing is left of the subject: nor are its sums, unless others add to them. */
  forget(subject: Subject, others: readonly Subject[]): void {
    if (!others.some((other) => keyOf(other) === keyOf(subject))) {
      if (subject.kind === "Host") this.hosts.delete(subject.host);
      else this.tiers.delete(keyOf(subject));
    }
    for (const place of [subject.place, subject.via]) {
      const tier = place === undefined ? undefined : tierKey(place);
      const isTheirs = (each: Place | undefined): boolean => each !== undefined && tierKey(each) === tier;
      if (tier !== undefined && !others.some((other) => isTheirs(other.place) || isTheirs(other.via)))
        this.latencies.delete(tier);
    }
  }

  #sums(subject: Subject): Float64Array {
    const { kind, place, host } = subject;
    const fresh = (): Float64Array => new Float64Array(Object.keys(measured[kind]).length);
    if (place === undefined) {
      const known = this.hosts.get(host) ?? fresh();
      this.hosts.set(host, known);
      return known;
    }
    const key = keyOf(subject);
    const { project, service, tier } = place;
    const known = this.tiers.get(key) ?? { project, service, tier, host: place.host, kind, values: fresh() };
    this.tiers.set(key, known);
    return known.values;
  }

  #count(place: Place, latencies: readonly number[]): void {
    const { project, service, tier } = place;
    const key = tierKey(place);
    const known = this.latencies.get(key) ?? { project, service, tier, counts: new Float64Array(latencyBucketCount) };
    this.latencies.set(key, known);
    for (let index = 0; index + 1 < latencies.length; index += 2) {
      const bucket = latencies[index] as number;
      known.counts[bucket] = (known.counts[bucket] ?? 0) + (latencies[index + 1] as number);
    }
  }
}

const tierKey = ({ project, service, tier }: Place): string => `${project}/${service}/${tier}`;

const keyOf = ({ kind, place, host }: Subject): string =>
  place === undefined ? `${kind} ${host}` : `${kind} ${tierKey(place)} ${place.host}`;
