/** What proxies saw lately of requests to instances, from counters that only rise and begin anew with a proxy's process. */
import { seconds, type Milliseconds } from "@netwright/base";
import type { Served } from "@netwright/compiler";
import type { NodeReport } from "@netwright/contract";

interface Sample extends Served {
  readonly at: Milliseconds;
}

interface Series {
  /** With its project. */
  readonly instance: string;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

const span = seconds(30);

export class ServedRequests {
  /** By node, then proxy and instance. */
  readonly #series = new Map<string, ReadonlyMap<string, Series>>();

  take({ node, instances }: NodeReport, at: Milliseconds): void {
    const before = this.#series.get(node);
    const series = instances.flatMap(({ project, id, members = [] }) =>
      members.map((member): readonly [string, Series] => {
        const { requests, failures } = member;
        const instance = `${project}/${member.instance}`;
        const key = `${id} ${instance}`;
        return [key, { instance, samples: withNext(before?.get(key)?.samples ?? [], { at, requests, failures }) }];
      }),
    );
    this.#series.set(node, new Map(series));
  }

  forget(node: string): void {
    this.#series.delete(node);
  }

  /** By `PROJECT/ID`; of instances that got any. */
  lately(now: Milliseconds): ReadonlyMap<string, Served> {
    const sums = new Map<string, Served>();
    for (const { instance, samples } of [...this.#series.values()].flatMap((each) => [...each.values()])) {
      const [first, last] = [samples.find(({ at }) => at >= now - span), samples.at(-1)];
      if (first === undefined || last === undefined || first.requests === last.requests) continue;
      const known = sums.get(instance) ?? { requests: 0, failures: 0 };
      sums.set(instance, {
        requests: known.requests + last.requests - first.requests,
        failures: known.failures + last.failures - first.failures,
      });
    }
    return sums;
  }
}

/** Counters that are lower than before are of another process. */
function withNext(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const isAnew = sample.requests < (samples.at(-1)?.requests ?? 0);
  return isAnew ? [sample] : [...samples.filter(({ at }) => at >= sample.at - span), sample];
}
