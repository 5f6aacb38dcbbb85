/**
 * Events: what happened, in words. They are told at once and written with the next commit or after a while: losing the
 * last ones in a crash loses nothing that was promised, and a condition that flaps costs no fsync each time.
 */
import type { Event } from "@netwright/api";
import { formatInstant, seconds, type Clock } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";
import { RevisionLog } from "./revision-log.ts";

export type NewEvent = Pick<Event, "object" | "type" | "reason" | "message">;

const prefix = "event/";
const kept = 2000;
const longestWait = seconds(5);
const keyOf = (revision: number): string => prefix + String(revision).padStart(16, "0");

export class Events {
  readonly log: RevisionLog<Event>;
  readonly #clock: Clock;
  #unwritten: Event[] = [];
  #written: string[];

  constructor(store: Store, clock: Clock, start: number) {
    const { records } = store.list(prefix);
    this.#clock = clock;
    this.#written = records.map((record) => record.key);
    this.log = new RevisionLog(
      start,
      kept,
      records.map((record) => JSON.parse(record.value) as Event),
    );
  }

  tell(event: NewEvent): void {
    const at = formatInstant(this.#clock.now());
    this.#unwritten.push(this.log.append((revision) => ({ revision, at, ...event })));
  }

  /** True when some have waited long, or are many. */
  writesDue(): boolean {
    const oldest = this.#unwritten[0];
    if (oldest === undefined) return false;
    return this.#unwritten.length > 500 || this.#clock.now() - Date.parse(oldest.at) > longestWait;
  }

  /** True when some were told and are not written. */
  get hasUnwritten(): boolean {
    return this.#unwritten.length > 0;
  }

  /**
   * Writes for the next commit: what was told, and `news` that the commit makes true. `done` says that it was committed
   * and tells the news. Invariant: nothing is told in between, because only the controller tells, one thing at a time.
   */
  takeWrites(news: readonly NewEvent[] = []): { readonly writes: readonly StoreWrite[]; readonly done: () => void } {
    const at = formatInstant(this.#clock.now());
    const next = this.log.revision() + 1;
    const fresh = news.map((event, index): Event => ({ revision: next + index, at, ...event }));
    const told = this.#unwritten;
    const puts = [...told, ...fresh].map((event): StoreWrite => ({
      kind: "Put",
      key: keyOf(event.revision),
      value: JSON.stringify(event),
    }));
    const keys = [...this.#written, ...puts.map((write) => write.key)];
    const old = keys.slice(0, Math.max(0, keys.length - kept));
    const own = new Set(puts.map((write) => write.key));
    const deletes = old.filter((key) => !own.has(key)).map((key): StoreWrite => ({ kind: "Delete", key }));
    return {
      writes: [...puts, ...deletes],
      done: () => {
        for (const event of fresh) this.log.append(() => event);
        this.#unwritten = this.#unwritten.slice(told.length);
        this.#written = keys.slice(old.length);
      },
    };
  }
}
