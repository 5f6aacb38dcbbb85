/** Sees what comes to instances while connections are tried: whether a packet arrived is known then, whatever came back. */
import { outputLines, type Client } from "@netwright/api";
import { NetwrightError, seconds } from "@netwright/base";
import type { Arrival, Probe, ProbeResult } from "@netwright/contract";
import type { TestCase } from "@netwright/prove/cases/case.ts";

export interface Watch {
  /** Undefined where nobody looked. */
  readonly arrived: (test: TestCase, result: ProbeResult) => boolean | undefined;
  readonly close: () => void;
}

/** Resolves when every target that can be looked at is. */
export type WatchTargets = (tests: readonly TestCase[]) => Promise<Watch>;

type Target = NonNullable<TestCase["target"]>;

const keyOf = ({ project, instance }: Target): string => `${project}/${instance}`;
const arrivalKey = ({ protocol, port }: Pick<Probe, "protocol" | "port">, sourcePort: number): string =>
  `${protocol} ${sourcePort} ${port}`;

/** Until the first line of an agent. */
const patience = seconds(20);

export const watchTargets =
  (client: Client, signal: AbortSignal): WatchTargets =>
  async (tests) => {
    const stop = new AbortController();
    const until = AbortSignal.any([stop.signal, signal]);
    const targets = new Map(tests.flatMap(({ target }) => (target === null ? [] : [[keyOf(target), target] as const])));
    const seen = new Map<string, Set<string>>();
    const begun = [...targets].map(async ([key, target]) => {
      const arrivals = new Set<string>();
      if (await follow(client, target, until, arrivals).catch(() => false)) seen.set(key, arrivals);
    });
    await Promise.all(begun);
    return {
      arrived: ({ target, probe }, { sourcePort }) =>
        target === null || sourcePort === 0 ? undefined : seen.get(keyOf(target))?.has(arrivalKey(probe, sourcePort)),
      close: () => stop.abort(),
    };
  };

/** Resolves when it has begun. */
function follow(
  client: Client,
  { project, instance }: Target,
  signal: AbortSignal,
  arrivals: Set<string>,
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const late = setTimeout(() => reject(new NetwrightError("NW1605", `nobody looks at ${instance}`)), patience);
  const run = async (): Promise<void> => {
    const lines = client.arrivals({ project, id: instance }, signal);
    for await (const line of outputLines<Arrival | { readonly ready: true }>(lines, `instance/${instance}`))
      if ("ready" in line) resolve(true);
      else arrivals.add(arrivalKey(line, line.sourcePort));
    reject(new NetwrightError("NW1605", `nobody looks at ${instance} any more`));
  };
  run().catch(reject);
  return promise.finally(() => clearTimeout(late));
}
