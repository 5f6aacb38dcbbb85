/** Numbers of one row over one window, from the samples of its subjects. */
import type { Measures, MetricsReduction } from "@netwright/api";
import { latencyBucketCount, latencyQuantile, type MetricOf, type SubjectKind } from "@netwright/contract";
import type { Gathered } from "./gather.ts";
import type { Ring } from "./ring.ts";
import { columnOf, type Subject } from "./subject.ts";

/** Seconds from `from` up to and without `to`. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** A sample that is older than this, in seconds, says nothing of now. */
export const staleAfter = 5;

/** A subject of which samples began or ended this close, in seconds, to those of the others was there for as long as they. */
const slack = 2;

interface Course {
  readonly sum: number;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

export class Aggregate {
  readonly #ring: Ring;
  readonly #window: Window;
  readonly #reduce: MetricsReduction;

  constructor(ring: Ring, window: Window, reduce: MetricsReduction) {
    this.#ring = ring;
    this.#window = window;
    this.#reduce = reduce;
  }

  measures(row: Gathered): Measures {
    const { instances, fronts, members, answers, listeners, hosts } = row;
    const machine = hosts.length > 0;
    const used = machine ? hosts : instances;
    const kind = machine ? "Host" : "Instance";
    const [cpu, memory] = [this.#total(used, kind, "cpu"), this.#total(used, kind, "memory")];
    return {
      cpu,
      cpuShare: share(cpu, this.#total(used, kind, "cpuLimit")),
      throttled: this.#each(instances, "Instance", "throttled"),
      memory,
      memoryShare: share(memory, this.#total(used, kind, "memoryLimit")),
      cpuPressure: this.#each(used, kind, "cpuPressure"),
      memoryPressure: this.#each(used, kind, "memoryPressure"),
      ioPressure: this.#each(used, kind, "ioPressure"),
      received: bits(this.#total(instances, "Instance", "received")),
      sent: bits(this.#total(instances, "Instance", "sent")),
      connections: this.#total(instances, "Instance", "connections"),
      ...this.#requests(fronts, members),
      refused: this.#total(fronts, "Proxy", "refused"),
      retries: this.#total(answers, "Member", "retried"),
      queue: this.#total(answers, "Member", "queue"),
      queueTime: this.#weighed(answers, "queueTime"),
      responseTime: this.#weighed(answers, "responseTime"),
      ...this.#latencies(answers),
      flows: this.#total(listeners, "Listener", "flows"),
      balancedPackets: this.#total(listeners, "Listener", "packets"),
      balanced: bits(this.#total(listeners, "Listener", "octets")),
    };
  }

  /** At the front where there is one; a tier behind proxies has what they sent to it. */
  #requests(fronts: readonly Subject[], members: readonly Subject[]): Pick<Measures, "requests" | "errorRatio"> {
    if (fronts.length > 0) {
      const requests = this.#total(fronts, "Proxy", "requests");
      return { requests, errorRatio: share(this.#total(fronts, "Proxy", "serverErrors"), requests) };
    }
    const requests = this.#total(members, "Member", "requests");
    const errors = [this.#total(members, "Member", "serverErrors"), this.#total(members, "Member", "failed")] as const;
    const failed = errors.every((each) => each === null) ? null : (errors[0] ?? 0) + (errors[1] ?? 0);
    const ratio = share(failed, requests);
    return { requests, errorRatio: ratio === null ? null : Math.min(1, ratio) };
  }

  #latencies(answers: readonly Subject[]): Pick<Measures, "latency50" | "latency95" | "latency99"> {
    const counts = new Float64Array(latencyBucketCount);
    for (const subject of answers) this.#ring.addLatencies(subject, this.#window.from, this.#window.to, counts);
    return {
      latency50: latencyQuantile(counts, 0.5),
      latency95: latencyQuantile(counts, 0.95),
      latency99: latencyQuantile(counts, 0.99),
    };
  }

  /** The sum over subjects. One that was there for a part of the window counts for that part. */
  #total<Kind extends SubjectKind>(subjects: readonly Subject[], kind: Kind, name: MetricOf<Kind>): number | null {
    if (this.#reduce === "Max") return this.#worst(subjects, kind, name);
    const courses = this.#courses(subjects, kind, name);
    if (courses.length === 0) return null;
    const first = Math.min(...courses.map((course) => course.first));
    const last = Math.max(...courses.map((course) => course.last));
    const life = (course: Course): number =>
      (last - course.last <= slack ? last : course.last) - (course.first - first <= slack ? first : course.first) + 1;
    return courses.reduce((sum, course) => sum + ((course.sum / course.count) * life(course)) / (last - first + 1), 0);
  }

  /** The mean over subjects, each as long as it was there. */
  #each<Kind extends SubjectKind>(subjects: readonly Subject[], kind: Kind, name: MetricOf<Kind>): number | null {
    const courses = this.#courses(subjects, kind, name);
    const count = courses.reduce((all, course) => all + course.count, 0);
    return count === 0 ? null : courses.reduce((all, course) => all + course.sum, 0) / count;
  }

  /** The mean over members, by how many requests each had. */
  #weighed(members: readonly Subject[], name: "queueTime" | "responseTime"): number | null {
    let [weights, sum] = [0, 0];
    for (const member of members) {
      const mean = this.#each([member], "Member", name);
      const weight = this.#each([member], "Member", "requests");
      if (mean === null || weight === null) continue;
      weights += weight;
      sum += mean * weight;
    }
    return weights === 0 ? null : sum / weights;
  }

  #worst<Kind extends SubjectKind>(subjects: readonly Subject[], kind: Kind, name: MetricOf<Kind>): number | null {
    const sums = new Map<number, number>();
    for (const subject of subjects)
      this.#scan(subject, kind, name, (value, second) => void sums.set(second, (sums.get(second) ?? 0) + value));
    return sums.size === 0 ? null : Math.max(...sums.values());
  }

  #courses<Kind extends SubjectKind>(
    subjects: readonly Subject[],
    kind: Kind,
    name: MetricOf<Kind>,
  ): readonly Course[] {
    return subjects.flatMap((subject) => {
      let [sum, count, first, last] = [0, 0, 0, 0];
      this.#scan(subject, kind, name, (value, second) => {
        if (count === 0) first = second;
        sum += value;
        count += 1;
        last = second;
      });
      return count === 0 ? [] : [{ sum, count, first, last }];
    });
  }

  #scan<Kind extends SubjectKind>(
    subject: Subject,
    kind: Kind,
    name: MetricOf<Kind>,
    each: (value: number, second: number) => void,
  ): void {
    this.#ring.scan(subject, columnOf(kind, name), this.#window.from, this.#window.to, each);
  }
}

const bits = (octets: number | null): number | null => (octets === null ? null : octets * 8);

/** Null where there is nothing to have a share of. */
const share = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : part / whole;
