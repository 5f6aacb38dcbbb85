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
    this.log = new RevisionLog(start, kept, records.map((record) => JSON.parse(record.value) as Event));
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

  /** Writes for the next commit; `done` says that they were committed. */
  takeWrites(): { readonly writes: readonly StoreWrite[]; readonly done: () => void } {
    const events = this.#unwritten;
    const keys = [...this.#written, ...events.map((event) => keyOf(event.revision))];
    const old = keys.slice(0, Math.max(0, keys.length - kept));
    const puts = events.map((event): StoreWrite => ({ kind: "Put", key: keyOf(event.revision), value: JSON.stringify(event) }));
    const fresh = new Set(puts.map((write) => write.key));
    const writes = [...puts, ...old.filter((key) => !fresh.has(key)).map((key): StoreWrite => ({ kind: "Delete", key }))];
    return {
      writes,
      done: () => {
        this.#unwritten = this.#unwritten.slice(events.length);
        this.#written = keys.slice(old.length);
      },
    };
  }
}
