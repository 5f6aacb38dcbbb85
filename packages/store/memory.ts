import type { Store, StoreChange, StoredRecord, StoreWrite } from "@netwright/contract";
import { follow, window } from "./follow.ts";
import { checkRevision, checkWrites, closedError } from "./keys.ts";
import { defaultKeepRevisions, type StoreOptions } from "./options.ts";
import { Wakeups } from "./wakeups.ts";

/** A store that is gone with its process: for tests and dry runs. */
export function memoryStore(options: StoreOptions = {}): Store {
  return new MemoryStore(options.keepRevisions ?? defaultKeepRevisions);
}

class MemoryStore implements Store {
  readonly #wakeups = new Wakeups();
  readonly #keep: number;
  readonly #records = new Map<string, StoredRecord>();
  /** Transactions `forgotten + 1` to `revision`, in order. */
  #log: (readonly StoreChange[])[] = [];
  #revision = 0;

  constructor(keep: number) {
    this.#keep = keep;
  }

  revision(): number {
    return this.#revision;
  }

  get(key: string): StoredRecord | undefined {
    return this.#records.get(key);
  }

  list(prefix: string): { readonly revision: number; readonly records: readonly StoredRecord[] } {
    const records = [...this.#records.values()].filter((record) => record.key.startsWith(prefix));
    return { revision: this.#revision, records: records.toSorted((a, b) => (a.key < b.key ? -1 : 1)) };
  }

  async commit(writes: readonly StoreWrite[]): Promise<number> {
    if (this.#wakeups.ended) throw closedError();
    checkWrites(writes);
    for (const write of writes) checkRevision(write, this.#records.get(write.key)?.revision);
    const revision = ++this.#revision;
    const changes = writes.filter((write) => write.kind === "Put" || this.#records.has(write.key));
    for (const write of writes) {
      if (write.kind === "Delete") this.#records.delete(write.key);
      else this.#records.set(write.key, { key: write.key, value: write.value, revision });
    }
    this.#log.push(
      changes.map((write) => ({ revision, key: write.key, value: write.kind === "Put" ? write.value : undefined })),
    );
    if (this.#log.length > this.#keep) this.#log.shift();
    this.#wakeups.wake();
    return revision;
  }

  watch(prefix: string, since: number, signal: AbortSignal): AsyncIterable<StoreChange> {
    const forgotten = (): number => this.#revision - this.#log.length;
    const next = (after: number): { changes: readonly StoreChange[]; upTo: number } => {
      const transactions = this.#log.slice(after - forgotten(), after - forgotten() + window);
      return {
        changes: transactions.flat().filter((change) => change.key.startsWith(prefix)),
        upTo: after + transactions.length,
      };
    };
    return follow({ revision: () => this.#revision, forgotten, next, wakeups: this.#wakeups }, since, signal);
  }

  async close(): Promise<void> {
    this.#wakeups.end();
  }
}
