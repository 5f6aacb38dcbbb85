/**
 * What the autoscaler knows of a service from one decision to the next, and over a restart of the server. In the store is
 * what changes a decision to come: it is written with each change of size, in the same transaction, when the server stops,
 * and at most once a minute where something worth it was learned. A small record says how long what is stored held good,
 * so that windows are no shorter for a crash than by the half minute that this record is apart.
 */
import { seconds, type Instant } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";
import type { Kept } from "./kept.ts";
import { isWorthKeeping, stretched } from "./learned.ts";

interface Stored extends Kept {
  /** What is written in another way is passed over. */
  readonly format: typeof format;
}

const format = 1;
const prefix = "autoscaler/service/";
const aliveKey = "autoscaler/alive";
const aliveEvery = seconds(30);
const keptEvery = seconds(60);

export class KeptDecisions {
  /** By `PROJECT/SERVICE`. */
  #stored: ReadonlyMap<string, Kept>;
  #aliveAt: Instant;

  constructor(store: Store) {
    this.#aliveAt = Number(store.get(aliveKey)?.value ?? 0) as Instant;
    this.#stored = new Map(
      store.list(prefix).records.flatMap(({ key, value }): readonly (readonly [string, Kept])[] => {
        const { format: written, ...kept } = JSON.parse(value) as Stored;
        return written === format ? [[key.slice(prefix.length), kept]] : [];
      }),
    );
  }

  /** As of when the server was heard of last. */
  restored(): ReadonlyMap<string, Kept> {
    return new Map([...this.#stored].map(([key, kept]) => [key, stretched(kept, this.#aliveAt)]));
  }

  /** A clock that was set back must not stop it. */
  isDue(now: Instant): boolean {
    return Math.abs(now - this.#aliveAt) >= aliveEvery;
  }

  /** Services of which something worth it was learned since they were written. */
  learned(kept: ReadonlyMap<string, Kept>): readonly string[] {
    return [...kept].flatMap(([key, now]) => {
      const before = this.#stored.get(key);
      const isRecent = before !== undefined && Math.abs(now.decision.at - before.decision.at) < keptEvery;
      return !isRecent && (before === undefined || isWorthKeeping(before, now)) ? [key] : [];
    });
  }

  /** For the next commit; `done` says that it was committed. @param written keys of those to be written; others go only when they are gone */
  takeWrites(
    kept: ReadonlyMap<string, Kept>,
    written: Iterable<string>,
    now: Instant,
  ): { readonly writes: readonly StoreWrite[]; readonly done: () => void } {
    const puts = [...written].flatMap((key) => {
      const value = kept.get(key);
      return value === undefined ? [] : [[key, value] as const];
    });
    const gone = [...this.#stored.keys()].filter((key) => !kept.has(key));
    if (puts.length === 0 && gone.length === 0 && kept.size === 0) return { writes: [], done: () => {} };
    const writes: readonly StoreWrite[] = [
      ...puts.map(([key, value]): StoreWrite => ({ kind: "Put", key: prefix + key, value: textOf(value) })),
      ...gone.map((key): StoreWrite => ({ kind: "Delete", key: prefix + key })),
      { kind: "Put", key: aliveKey, value: String(now) },
    ];
    const done = (): void => {
      this.#aliveAt = now;
      this.#stored = new Map([...[...this.#stored].filter(([key]) => kept.has(key)), ...puts]);
    };
    return { writes, done };
  }
}

/** How a size came about in detail is for whoever asks now. */
const textOf = ({ decision, ...kept }: Kept): string =>
  JSON.stringify({ format, ...kept, decision: { ...decision, stages: [], perMetric: [] } } satisfies Stored);
