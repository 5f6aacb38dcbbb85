/** Sees what comes to instances while connections are tried: whether a packet arrived is known then, whatever came back. */
import { outputLines, type Client } from "@netwright/api";
import { NetwrightError, seconds } from "@netwright/base";
import type { Arrival, ProbeResult } from "@netwright/contract";
import type { CaseTarget, TestCase } from "@netwright/prove/cases/case.ts";

export interface Watch {
  /** Undefined where nobody looks. */
  readonly arrived: (test: TestCase, result: ProbeResult) => boolean | undefined;
  /** Resolves when all of these have arrived where somebody looks, or have had time enough. */
  readonly settled: (expected: readonly (readonly [TestCase, ProbeResult])[]) => Promise<void>;
  readonly close: () => void;
}

/** Resolves when every target that can be looked at is. */
export type WatchTargets = (tests: readonly TestCase[]) => Promise<Watch>;

type Seen = Map<string, Set<string>>;

const instanceOf = ({ project, instance }: CaseTarget): string => `${project}/${instance}`;
const anybody = "";
const arrivalKey = (protocol: string, source: string, sourcePort: number, port: number): string =>
  `${protocol} ${source} ${sourcePort} ${port}`;

/** Until the first line of an agent; and for a line to come that tells of what was answered already. */
const patience = seconds(20);

export const watchTargets =
  (client: Client, signal: AbortSignal): WatchTargets =>
  async (tests) => {
    const stop = new AbortController();
    const until = AbortSignal.any([stop.signal, signal]);
    const targets = new Map(
      tests.flatMap(({ target }) => (target === null ? [] : [[instanceOf(target), target] as const])),
    );
    const seen: Seen = new Map();
    const waiting = new Set<() => void>();
    const tell = (): void => waiting.forEach((look) => look());
    await Promise.all([...targets.values()].map((target) => follow(client, target, until, seen, tell).catch(() => {})));
    const arrived: Watch["arrived"] = (test, result) => hasArrived(seen, test, result);
    return {
      arrived,
      settled: (expected) =>
        waitFor(waiting, () => expected.every(([test, result]) => arrived(test, result) !== false)),
      close: () => stop.abort(),
    };
  };

function hasArrived(seen: Seen, { target, probe }: TestCase, { sourcePort }: ProbeResult): boolean | undefined {
  if (target === null || sourcePort === 0) return undefined;
  return seen
    .get(instanceOf(target))
    ?.has(arrivalKey(probe.protocol, target.source ?? anybody, sourcePort, target.port));
}

function waitFor(waiting: Set<() => void>, isSo: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(late);
    waiting.delete(look);
    resolve();
  };
  const late = setTimeout(end, patience);
  const look = (): void => (isSo() ? end() : undefined);
  waiting.add(look);
  look();
  return promise;
}

/** Resolves when it has begun. What was seen counts only for as long as somebody looks. */
function follow(
  client: Client,
  target: CaseTarget,
  signal: AbortSignal,
  seen: Seen,
  onArrival: () => void,
): Promise<void> {
  const { project, instance } = target;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => reject(new NetwrightError("NW1605", `nobody looks at ${instance}`)), patience);
  const arrivals = new Set<string>();
  const run = async (): Promise<void> => {
    const lines = client.arrivals({ project, id: instance }, signal);
    for await (const line of outputLines<Arrival | { readonly ready: true }>(lines, `instance/${instance}`)) {
      if ("ready" in line) {
        seen.set(instanceOf(target), arrivals);
        resolve();
        continue;
      }
      const { protocol, source, sourcePort, port } = line;
      for (const from of [source, anybody]) arrivals.add(arrivalKey(protocol, from, sourcePort, port));
      onArrival();
    }
    throw new NetwrightError("NW1605", `nobody looks at ${instance} any more`);
  };
  run()
    .catch(reject)
    .finally(() => {
      seen.delete(instanceOf(target));
      onArrival();
    });
  return promise.finally(() => clearTimeout(late));
}
