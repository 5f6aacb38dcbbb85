import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { messageOf, NetwrightError } from "@netwright/base";

/** `NWST`: lets us refuse a file that is somebody else's database. */
const applicationId = 0x4e57_5354;
/** Raised whenever an older program could no longer read the file. */
const formatVersion = 1;

const schema = `
  BEGIN IMMEDIATE;
  CREATE TABLE records (key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE changes (revision INTEGER NOT NULL, ordinal INTEGER NOT NULL, key TEXT NOT NULL, value TEXT,
    PRIMARY KEY (revision, ordinal)) STRICT, WITHOUT ROWID;
  CREATE TABLE counters (revision INTEGER NOT NULL, forgotten INTEGER NOT NULL) STRICT;
  INSERT INTO counters VALUES (0, 0);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
  COMMIT;`;

/** @throws NW1509 when damaged or newer, NW1510 when locked by another process. */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    closeSync(openSync(path, "a", 0o600));
    database = new DatabaseSync(path);
    // Exclusive before the first read: the lock is kept until close, and the log's index needs no shared memory file.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    prepareFile(path, database);
    return database;
  } catch (cause) {
    database?.close();
    throw storeError(path, cause);
  }
}

function prepareFile(path: string, database: DatabaseSync): void {
  const pragma = (name: string): unknown => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  const empty = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"] === 0;
  if (empty && pragma("user_version") === 0) database.exec(schema);
  const version = pragma("user_version");
  if (pragma("application_id") !== applicationId) throw damaged(path, "it is not a store of Netwright");
  if (version !== formatVersion)
    throw damaged(path, `it has format ${String(version)}, this program reads ${formatVersion}`);
  const verdict = pragma("quick_check(1)");
  if (verdict !== "ok") throw damaged(path, String(verdict));
}

const damaged = (path: string, why: string, cause?: unknown): NetwrightError =>
  new NetwrightError("NW1509", `the store ${path} cannot be used: ${why}`, {
    hint: "restore the file from a backup, or move it away to start empty",
    cause,
  });

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const sqliteBusy = 5;

/** Turns what SQLite or the file system said into an error of ours. */
export function storeError(path: string, cause: unknown): NetwrightError {
  if (cause instanceof NetwrightError) return cause;
  const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : undefined;
  if (code === sqliteBusy) {
    return new NetwrightError("NW1510", `the store ${path} is in use by another process`, { cause });
  }
  return damaged(path, messageOf(cause), cause);
}
