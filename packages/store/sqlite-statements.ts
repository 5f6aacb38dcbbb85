import type { DatabaseSync } from "node:sqlite";
import type { StoreChange, StoredRecord } from "@netwright/contract";

/** Every statement the store runs, prepared once. */
export interface Statements {
  readCounters(): { readonly revision: number; readonly forgotten: number };
  get(key: string): StoredRecord | undefined;
  revisionOf(key: string): number | undefined;
  list(prefix: string): readonly StoredRecord[];
  changes(prefix: string, after: number, upTo: number): readonly StoreChange[];
  put(key: string, value: string, revision: number): void;
  remove(key: string): void;
  log(revision: number, ordinal: number, key: string, value: string | null): void;
  /** Writes the counters and drops the log up to `forgotten`. */
  finish(revision: number, forgotten: number): void;
}

/** Sorts after every key with the prefix: keys are ASCII. */
const endOf = (prefix: string): string => `${prefix}\u007f`;

export function prepareStatements(database: DatabaseSync): Statements {
  const counters = database.prepare("SELECT revision, forgotten FROM counters");
  const get = database.prepare("SELECT key, value, revision FROM records WHERE key = ?");
  const revisionOf = database.prepare("SELECT revision FROM records WHERE key = ?");
  const list = database.prepare("SELECT key, value, revision FROM records WHERE key >= ? AND key < ? ORDER BY key");
  const changes = database.prepare(
    "SELECT revision, key, value FROM changes WHERE revision > ? AND revision <= ? AND key >= ? AND key < ? ORDER BY revision, ordinal",
  );
  const put = database.prepare(
    "INSERT INTO records (key, value, revision) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision",
  );
  const remove = database.prepare("DELETE FROM records WHERE key = ?");
  const log = database.prepare("INSERT INTO changes (revision, ordinal, key, value) VALUES (?, ?, ?, ?)");
  const count = database.prepare("UPDATE counters SET revision = ?, forgotten = ?");
  const forget = database.prepare("DELETE FROM changes WHERE revision <= ?");
  return {
    readCounters: () => counters.get() as { revision: number; forgotten: number },
    get: (key) => get.get(key) as StoredRecord | undefined,
    revisionOf: (key) => (revisionOf.get(key) as { revision: number } | undefined)?.revision,
    list: (prefix) => list.all(prefix, endOf(prefix)) as unknown as readonly StoredRecord[],
    changes: (prefix, after, upTo) =>
      changes.all(after, upTo, prefix, endOf(prefix)).map((row) => ({
        revision: Number(row["revision"]),
        key: String(row["key"]),
        value: row["value"] === null ? undefined : String(row["value"]),
      })),
    put: (key, value, revision) => void put.run(key, value, revision),
    remove: (key) => void remove.run(key),
    log: (revision, ordinal, key, value) => void log.run(revision, ordinal, key, value),
    finish: (revision, forgotten) => {
      count.run(revision, forgotten);
      forget.run(forgotten);
    },
  };
}
