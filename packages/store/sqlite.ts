/**
 * The store in one SQLite file in write-ahead-log mode. With synchronous=FULL the log is fsynced before COMMIT
 * returns (sqlite.org/pragma.html#pragma_synchronous); commits that arrive together share one fsync.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Store, StoreChange, StoredRecord, StoreWrite } from "@netwright/contract";
import { follow, window } from "./follow.ts";
import { checkRevision, checkWrites, closedError } from "./keys.ts";
import { defaultKeepRevisions, type StoreOptions } from "./options.ts";
import { openDatabase, storeError } from "./sqlite-file.ts";
import { prepareStatements, type Statements } from "./sqlite-statements.ts";
import { Wakeups } from "./wakeups.ts";

/**
 * Opens or makes the file (mode 0600) and locks it for this process.
 * @throws NW1509 when it is damaged or from a newer version, NW1510 when another process holds it.
 */
export function openSqliteStore(path: string, options: StoreOptions = {}): Store {
  return new SqliteStore(path, openDatabase(path), options.keepRevisions ?? defaultKeepRevisions);
}

interface Pending {
  readonly writes: readonly StoreWrite[];
  readonly resolve: (revision: number) => void;
  readonly reject: (reason: unknown) => void;
}

class SqliteStore implements Store {
  readonly #wakeups = new Wakeups();
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #keep: number;
  #pending: Pending[] = [];
  #revision: number;
  #forgotten: number;

  constructor(path: string, database: DatabaseSync, keep: number) {
    this.#path = path;
    this.#database = database;
    this.#keep = keep;
    this.#statements = prepareStatements(database);
    ({ revision: this.#revision, forgotten: this.#forgotten } = this.#statements.readCounters());
  }

  revision(): number {
    return this.#revision;
  }

  get(key: string): StoredRecord | undefined {
    return this.#guard(() => this.#statements.get(key));
  }

  list(prefix: string): { readonly revision: number; readonly records: readonly StoredRecord[] } {
    return { revision: this.#revision, records: this.#guard(() => this.#statements.list(prefix)) };
  }

  watch(prefix: string, since: number, signal: AbortSignal): AsyncIterable<StoreChange> {
    const next = (after: number): { changes: readonly StoreChange[]; upTo: number } => {
      const upTo = Math.min(after + window, this.#revision);
      return { changes: this.#guard(() => this.#statements.changes(prefix, after, upTo)), upTo };
    };
    return follow(
      { revision: () => this.#revision, forgotten: () => this.#forgotten, next, wakeups: this.#wakeups },
      since,
      signal,
    );
  }

  async commit(writes: readonly StoreWrite[]): Promise<number> {
    if (this.#wakeups.ended) throw closedError();
    checkWrites(writes);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#pending.push({ writes, resolve, reject });
    if (this.#pending.length === 1) setImmediate(() => this.#flush());
    return promise;
  }

  async close(): Promise<void> {
    if (this.#wakeups.ended) return;
    this.#flush();
    this.#wakeups.end();
    this.#database.close();
  }

  /** One SQLite transaction, one fsync, for everything that waits; each is still its own revision. */
  #flush(): void {
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0) return;
    const settle: (() => void)[] = [];
    let revision = this.#revision;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const pending of batch) {
        const failure = this.#write(pending.writes, revision + 1);
        if (failure !== undefined) settle.push(() => pending.reject(failure));
        else {
          const mine = ++revision;
          settle.push(() => pending.resolve(mine));
        }
      }
      const forgotten = Math.max(this.#forgotten, revision - this.#keep);
      this.#statements.finish(revision, forgotten);
      this.#database.exec("COMMIT");
      this.#revision = revision;
      this.#forgotten = forgotten;
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      for (const pending of batch) pending.reject(storeError(this.#path, cause));
      return;
    }
    for (const done of settle) done();
    this.#wakeups.wake();
  }

  /** Checks every precondition before the first write, so that a refused one leaves nothing to undo. */
  #write(writes: readonly StoreWrite[], revision: number): unknown {
    const before = writes.map((write) => this.#statements.revisionOf(write.key));
    try {
      for (const [index, write] of writes.entries()) checkRevision(write, before[index]);
    } catch (failure) {
      return failure;
    }
    for (const [index, write] of writes.entries()) {
      if (write.kind === "Put") this.#statements.put(write.key, write.value, revision);
      else if (before[index] !== undefined) this.#statements.remove(write.key);
      else continue;
      this.#statements.log(revision, index, write.key, write.kind === "Put" ? write.value : null);
    }
    return undefined;
  }

  #guard<T>(read: () => T): T {
    if (this.#wakeups.ended) throw closedError();
    try {
      return read();
    } catch (cause) {
      throw storeError(this.#path, cause);
    }
  }
}
