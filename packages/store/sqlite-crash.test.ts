/** What is left after a kill, a torn log or damage. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { Store } from "@netwright/contract";
import { openSqliteStore } from "./sqlite.ts";

// Thousands of reopenings: in memory where there is such a file system.
const directory = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "netwright-crash-"));
afterAll(() => rmSync(directory, { recursive: true }));
const writer = join(import.meta.dirname, "testdata/crash-writer.ts");

/** Starts the writer, kills it after so many acknowledgements, and returns the highest number acknowledged. */
async function killedAfter(path: string, concurrency: number, acknowledgements: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path, `${concurrency}`], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  let tail = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (tail + chunk.toString()).split("\n");
    tail = parts.pop() ?? "";
    lines.push(...parts);
    if (lines.length >= acknowledgements) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.on("close", resolve));
  expect(lines.length).toBeGreaterThanOrEqual(acknowledgements);
  return Math.max(...lines.map((line) => Number(line.split(" ")[1])));
}

/** Every number up to the store's revision was written whole, the last twenty are there and nothing else is. */
function expectWhole(store: Store): void {
  const last = store.revision();
  const numbers = (part: string): number[] =>
    store
      .list(`${part}/`)
      .records.map((record) => Number(record.value.split(" ")[0]))
      .toSorted((a, b) => a - b);
  const expected = Array.from({ length: Math.min(20, last) }, (_, index) => last - Math.min(20, last) + index + 1);
  for (const part of ["a", "b", "c"]) expect(numbers(part)).toEqual(expected);
}

test("kill -9 at any moment: everything acknowledged is there and nothing is half", async () => {
  const path = join(directory, "killed.db");
  let before = 0;
  for (let round = 0; round < 12; round++) {
    const acknowledged = await killedAfter(path, round % 2 === 0 ? 1 : 16, 1 + Math.floor(Math.random() * 200));
    const store = openSqliteStore(path, { keepRevisions: 50 });
    expect(store.revision()).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThan(before);
    expectWhole(store);
    before = store.revision();
    await store.close();
  }
});

interface Torn {
  readonly main: Buffer;
  readonly log: Buffer;
}

/** File and log as two commits leave them, on a new store or on one that was closed before. */
async function twoCommits(path: string, closedBefore: boolean): Promise<Torn> {
  if (closedBefore) await openSqliteStore(path).close();
  const store = openSqliteStore(path);
  for (let number = 1; number <= 2; number++) {
    await store.commit(["a", "b", "c"].map((part) => ({ kind: "Put", key: `${part}/${number}`, value: `${number}` })));
  }
  const torn = { main: readFileSync(path), log: readFileSync(`${path}-wal`) };
  await store.close();
  return torn;
}

/** Opens what a log of each length leaves: revisions 0, 1 and 2 in this order, each whole. */
async function expectPrefixes({ main, log }: Torn, lengths: Iterable<number>): Promise<void> {
  const copy = join(directory, "copy.db");
  let previous = 0;
  for (const length of lengths) {
    writeFileSync(copy, main);
    writeFileSync(`${copy}-wal`, log.subarray(0, length));
    const store = openSqliteStore(copy);
    const revision = store.revision();
    if (revision !== previous) expect(revision).toBe(previous + 1);
    if (revision !== previous || length === log.length) expectWhole(store);
    previous = revision;
    await store.close();
  }
  expect(previous).toBe(2);
}

test("the log cut at any octet leaves a committed prefix", { timeout: 300_000 }, async () => {
  const torn = await twoCommits(join(directory, "cut.db"), true);
  await expectPrefixes(
    torn,
    Array.from({ length: torn.log.length + 1 }, (_, length) => length),
  );
});

test("so does one that was cut while the file was first made", async () => {
  const torn = await twoCommits(join(directory, "made.db"), false);
  // A log is a header of 32 octets and frames of a page each with a header of 24 (sqlite.org/fileformat2.html).
  const frames = Array.from({ length: (torn.log.length - 32) / 4120 + 1 }, (_, index) => 32 + index * 4120);
  const around = frames
    .flatMap((end) => [end - 1, end, end + 1, end + 100])
    .filter((length) => length <= torn.log.length);
  await expectPrefixes(torn, [0, 1, ...around]);
});

const strace = ["/usr/bin/strace", "/bin/strace"].find((path) => existsSync(path));

test.skipIf(strace === undefined)("every acknowledgement comes after a sync of the log", () => {
  const path = join(directory, "traced.db");
  const trace = join(directory, "trace");
  execFileSync(strace ?? "strace", [
    "-f",
    "-y",
    "-e",
    "trace=fsync,fdatasync,pwrite64,write",
    "-o",
    trace,
    process.execPath,
    writer,
    path,
    "1",
    "20",
  ]);
  let synced = false;
  let acknowledged = 0;
  for (const line of readFileSync(trace, "utf8").split("\n")) {
    if (/pwrite64\(\d+<[^>]*-wal>/.test(line)) synced = false;
    else if (/f(data)?sync\(\d+<[^>]*-wal>\)\s+= 0/.test(line)) synced = true;
    else if (/write\(1<.*"acknowledged/.test(line)) {
      expect(synced, line).toBe(true);
      synced = false;
      acknowledged++;
    }
  }
  expect(acknowledged).toBe(20);
});

describe("a file that cannot be trusted is refused with NW1509", () => {
  async function healthy(name: string): Promise<{ path: string; content: Buffer }> {
    const path = join(directory, name);
    const store = openSqliteStore(path);
    for (let number = 1; number <= 40; number++)
      await store.commit([{ kind: "Put", key: `k/${number}`, value: "y".repeat(2000) }]);
    await store.close();
    return { path, content: readFileSync(path) };
  }
  const refused = expect.objectContaining({ code: "NW1509" });

  test("somebody's text, or another program's database", async () => {
    const text = join(directory, "text.db");
    writeFileSync(text, "this is no database at all, however long it may be".repeat(100));
    expect(() => openSqliteStore(text)).toThrow(refused);
    const foreign = join(directory, "foreign.db");
    const other = new DatabaseSync(foreign);
    other.exec("CREATE TABLE notes (text)");
    other.close();
    expect(() => openSqliteStore(foreign)).toThrow(refused);
    expect(() => openSqliteStore(join(directory, "missing/store.db"))).toThrow(refused);
  });

  test("a newer format", async () => {
    const { path } = await healthy("newer.db");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => openSqliteStore(path)).toThrow(
      expect.objectContaining({ code: "NW1509", message: expect.stringContaining("99") }),
    );
  });

  test("cut short, or any page overwritten", async () => {
    const { path, content } = await healthy("damaged.db");
    const pages = content.length / 4096;
    for (let page = 0; page < pages; page++) {
      const bytes = Buffer.from(content);
      bytes.fill(0xa5, page * 4096, (page + 1) * 4096);
      // A leaf of values only may also read as other values: then SQLite's own check says so.
      writeFileSync(path, bytes);
      expect(() => openSqliteStore(path), `page ${page} of ${pages}`).toThrow(refused);
    }
    writeFileSync(path, content.subarray(0, content.length / 2));
    expect(() => openSqliteStore(path)).toThrow(refused);
  });
});
