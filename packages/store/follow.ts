/**
 * One watch over a log of changes. A watcher is a cursor into the log, not a queue of its own: a slow reader costs
 * no memory, and one that falls behind the kept revisions is told so instead of missing anything.
 */
import { NetwrightError } from "@netwright/base";
import type { StoreChange } from "@netwright/contract";

export interface ChangeLog {
  revision(): number;
  /** Changes of this revision and all before are forgotten. */
  forgotten(): number;
  /** Changes with `after < revision <= upTo` whose key starts with the prefix, in order. */
  changes(prefix: string, after: number, upTo: number): readonly StoreChange[];
  readonly wakeups: Wakeups;
}

/** Revisions read from the log at once. */
const window = 256;

export async function* follow(log: ChangeLog, prefix: string, since: number, signal: AbortSignal): AsyncIterable<StoreChange> {
  let cursor = since;
  while (!signal.aborted && !log.wakeups.ended) {
    if (cursor < log.forgotten() || cursor > log.revision()) throw forgottenError(cursor);
    const upTo = Math.min(cursor + window, log.revision());
    if (upTo === cursor) {
      await log.wakeups.next(signal);
      continue;
    }
    for (const change of log.changes(prefix, cursor, upTo)) {
      if (signal.aborted) return;
      yield change;
    }
    cursor = upTo;
  }
}

function forgottenError(revision: number): NetwrightError {
  return new NetwrightError("NW1507", `changes after revision ${revision} are not kept`, {
    hint: "list again and watch from the revision of the list",
  });
}

/** Wakes everybody who waits for the next commit. */
export class Wakeups {
  #waiting = Promise.withResolvers<void>();
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  wake(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers<void>();
  }

  /** No more commits will come: every watch ends. */
  end(): void {
    this.#ended = true;
    this.#waiting.resolve();
  }

  /** Resolves at the next `wake` or `end`, or when the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const abort = (): void => aborted.resolve();
    signal.addEventListener("abort", abort);
    try {
      if (!signal.aborted) await Promise.race([this.#waiting.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
