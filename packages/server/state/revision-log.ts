import { NetwrightError } from "@netwright/base";
import { follow, Wakeups, window } from "@netwright/store";

/**
 * Revisions of things that live in memory start anew with every start of the server, above all earlier ones: the
 * number of the start times this. 2^53 leaves room for nine million starts.
 */
export const revisionsPerStart = 1_000_000_000;

/** The last changes of something in memory, to be watched from a revision. */
export class RevisionLog<Change extends { readonly revision: number }> {
  readonly #wakeups = new Wakeups();
  readonly #keep: number;
  readonly #changes: Change[];
  #revision: number;
  #forgotten: number;

  /** @param earlier changes of earlier starts, in order, if those are kept. */
  constructor(start: number, keep: number, earlier: readonly Change[] = []) {
    this.#keep = keep;
    this.#revision = start * revisionsPerStart;
    this.#changes = earlier.slice(-keep);
    this.#forgotten = earlier.length === 0 ? this.#revision : (earlier.at(-keep - 1)?.revision ?? 0);
  }

  revision(): number {
    return this.#revision;
  }

  /** What is kept, oldest first. */
  changes(): readonly Change[] {
    return this.#changes;
  }

  append(make: (revision: number) => Change): Change {
    const change = make(++this.#revision);
    this.#changes.push(change);
    if (this.#changes.length > this.#keep) this.#forgotten = this.#changes.shift()?.revision ?? this.#forgotten;
    this.#wakeups.wake();
    return change;
  }

  /** @throws NW1507 when changes after this revision are not all kept. */
  check(since: number): void {
    if (since >= this.#forgotten && since <= this.#revision) return;
    throw new NetwrightError("NW1507", `changes after revision ${since} are not kept`, {
      hint: "list again and watch from the revision of the list",
    });
  }

  watch(since: number, signal: AbortSignal): AsyncIterable<Change> {
    const next = (after: number): { changes: readonly Change[]; upTo: number } => {
      const from = this.#changes.findLastIndex((change) => change.revision <= after) + 1;
      const changes = this.#changes.slice(from, from + window);
      const last = from + window < this.#changes.length ? changes.at(-1) : undefined;
      return { changes, upTo: last?.revision ?? this.#revision };
    };
    return follow(
      { revision: () => this.#revision, forgotten: () => this.#forgotten, next, wakeups: this.#wakeups },
      since,
      signal,
    );
  }

  end(): void {
    this.#wakeups.end();
  }
}
