/** What every store promises (contract/store.ts), as tests. Each store's own test file calls this once. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store, StoreChange, StoreWrite } from "@netwright/contract";

export interface StoreHarness {
  /** An empty store that keeps that many revisions. */
  readonly open: (keepRevisions: number) => Promise<Store>;
  /** Closes the store and opens what it left behind; absent for stores that end with their process. */
  readonly reopen?: (store: Store) => Promise<Store>;
}

const put = (key: string, value: string, ifRevision?: number): StoreWrite => ({
  kind: "Put",
  key,
  value,
  ...(ifRevision === undefined ? {} : { ifRevision }),
});
const remove = (key: string, ifRevision?: number): StoreWrite => ({
  kind: "Delete",
  key,
  ...(ifRevision === undefined ? {} : { ifRevision }),
});

/** The first `count` changes of a watch. */
async function take(store: Store, prefix: string, since: number, count: number): Promise<StoreChange[]> {
  const stop = new AbortController();
  const changes: StoreChange[] = [];
  for await (const change of store.watch(prefix, since, stop.signal)) {
    changes.push(change);
    if (changes.length === count) stop.abort();
  }
  return changes;
}

async function collect(changes: AsyncIterable<StoreChange>): Promise<StoreChange[]> {
  const all: StoreChange[] = [];
  for await (const change of changes) all.push(change);
  return all;
}

const pairs = (changes: readonly StoreChange[]): string[] =>
  changes.map((change) => `${change.revision} ${change.key}=${change.value ?? "-"}`);

export function storeCompliance(name: string, harness: StoreHarness): void {
  describe(`${name} keeps the promises of a store`, () => {
    let store: Store;
    beforeEach(async () => void (store = await harness.open(100)));
    afterEach(async () => store.close());
    const current = (): Store => store;

    revisionPromises(current);
    preconditionPromises(current);
    watchPromises(current);
    compactionPromises(harness);
    closingPromises(current);
    if (harness.reopen !== undefined) durabilityPromises(harness);
  });
}

function revisionPromises(store: () => Store): void {
  test("a new store is empty at revision 0", () => {
    expect(store().revision()).toBe(0);
    expect(store().list("")).toEqual({ revision: 0, records: [] });
    expect(store().get("a")).toBeUndefined();
  });

  test("each transaction has the next revision and all its writes carry it", async () => {
    expect(await store().commit([put("a/1", "x"), put("a/2", "y")])).toBe(1);
    expect(await store().commit([put("a/1", "z"), remove("a/2"), put("b", "w")])).toBe(2);
    expect(store().revision()).toBe(2);
    expect(store().get("a/1")).toEqual({ key: "a/1", value: "z", revision: 2 });
    expect(store().get("a/2")).toBeUndefined();
  });

  test("concurrent commits each have a revision of their own, in the order of the calls", async () => {
    const revisions = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store().commit([put(`k${index}`, "v")])),
    );
    expect(revisions).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test("a list holds exactly the keys with the prefix, sorted, of one revision", async () => {
    await store().commit(["b", "a/2", "a/10", "a", "a/1", "a~", "a0"].map((key) => put(key, key)));
    const { revision, records } = store().list("a/");
    expect(revision).toBe(1);
    expect(records.map((record) => record.key)).toEqual(["a/1", "a/10", "a/2"]);
    expect(
      store()
        .list("")
        .records.map((record) => record.key),
    ).toEqual(["a", "a/1", "a/10", "a/2", "a0", "a~", "b"]);
  });

  test("values come back as they were written", async () => {
    const values = ["", "{}", 'é \u{1f600} \\ " \n', "x".repeat(2_000_000)];
    await store().commit(values.map((value, index) => put(`v/${index}`, value)));
    expect(
      store()
        .list("v/")
        .records.map((record) => record.value),
    ).toEqual(values);
  });

  test("a key that would not sort alike everywhere, or stands twice, is refused", async () => {
    for (const key of ["", "a b", "é", "a\n"])
      await expect(store().commit([put(key, "v")])).rejects.toMatchObject({ code: "NW1801" });
    await expect(store().commit([put("a", "1"), remove("a")])).rejects.toMatchObject({ code: "NW1801" });
    expect(store().revision()).toBe(0);
  });
}

function preconditionPromises(store: () => Store): void {
  test("compare and set: the expected revision, or absence", async () => {
    await store().commit([put("a", "1", 0)]);
    await expect(store().commit([put("a", "2", 0)])).rejects.toMatchObject({ code: "NW1502" });
    await store().commit([put("a", "2", 1)]);
    await expect(store().commit([put("a", "3", 1)])).rejects.toMatchObject({ code: "NW1502" });
    await expect(store().commit([remove("a", 1)])).rejects.toMatchObject({ code: "NW1502" });
    await expect(store().commit([remove("gone", 7)])).rejects.toMatchObject({ code: "NW1502" });
    await store().commit([remove("a", 2)]);
    expect(store().get("a")).toBeUndefined();
  });

  test("a refused transaction writes nothing and uses no revision", async () => {
    await store().commit([put("a", "1")]);
    await expect(store().commit([put("new", "x"), remove("a"), put("b", "y", 9)])).rejects.toMatchObject({
      code: "NW1502",
    });
    expect(store().revision()).toBe(1);
    expect(
      store()
        .list("")
        .records.map((record) => record.key),
    ).toEqual(["a"]);
    expect(pairs(await take(store(), "", 0, 1))).toEqual(["1 a=1"]);
  });

  test("of many concurrent changes of one revision exactly one wins, and others are not disturbed", async () => {
    await store().commit([put("a", "0")]);
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 20 }, (_, index) => store().commit([put("a", `${index}`, 1), put(`by/${index}`, "x")])),
      store().commit([put("other", "x")]),
    ]);
    expect(outcomes.map((outcome) => outcome.status).filter((status) => status === "fulfilled")).toHaveLength(2);
    expect(
      store()
        .list("by/")
        .records.map((record) => record.key),
    ).toEqual(["by/0"]);
    expect(store().revision()).toBe(3);
  });
}

function watchPromises(store: () => Store): void {
  test("a watch delivers earlier changes after its revision, then live ones, in order", async () => {
    await store().commit([put("a/1", "1")]);
    await store().commit([put("a/2", "2"), put("b", "no")]);
    const seen = take(store(), "a/", 1, 4);
    await store().commit([remove("a/1")]);
    await store().commit([put("b", "no")]);
    await store().commit([put("a/9", "9"), put("a/3", "3")]);
    expect(pairs(await seen)).toEqual(["2 a/2=2", "3 a/1=-", "5 a/9=9", "5 a/3=3"]);
  });

  test("deleting what is not there is no change", async () => {
    await store().commit([remove("a")]);
    await store().commit([put("a", "1")]);
    expect(pairs(await take(store(), "", 0, 1))).toEqual(["2 a=1"]);
  });

  test("no gap and no duplicate, from whatever revision and however commits are timed", async () => {
    const total = 90;
    const watches = Array.from({ length: 10 }, () => take(store(), "", 0, total));
    for (let index = 1; index <= total; index++) {
      const committed = store().commit([put("counter", `${index}`)]);
      if (index % 7 === 0) await committed;
      if (index % 11 === 0)
        watches.push(committed.then(async (revision) => take(store(), "", revision - 1, total - revision + 1)));
    }
    for (const [index, changes] of (await Promise.all(watches)).entries()) {
      const first = total - changes.length + 1;
      expect(
        changes.map((change) => change.value),
        `watch ${index}`,
      ).toEqual(Array.from({ length: changes.length }, (_, offset) => `${first + offset}`));
    }
  });

  test("an aborted watch ends without an error, waiting or not", async () => {
    const stop = new AbortController();
    const waiting = collect(store().watch("", 0, stop.signal));
    await store().commit([put("other", "1")]);
    stop.abort();
    expect(pairs(await waiting).length).toBeLessThanOrEqual(1);
    expect(await collect(store().watch("", 0, AbortSignal.abort()))).toEqual([]);
  });

  test("a revision from the future is no place to watch from", async () => {
    await store().commit([put("a", "1")]);
    await expect(take(store(), "", 5, 1)).rejects.toMatchObject({ code: "NW1507" });
  });
}

function compactionPromises(harness: StoreHarness): void {
  test("only the last revisions can be watched from; records stay", async () => {
    const store = await harness.open(5);
    for (let index = 1; index <= 12; index++) await store.commit([put(`k${index}`, `${index}`)]);
    await expect(take(store, "", 6, 1)).rejects.toMatchObject({ code: "NW1507" });
    expect(pairs(await take(store, "", 7, 5))).toEqual(["8 k8=8", "9 k9=9", "10 k10=10", "11 k11=11", "12 k12=12"]);
    expect(store.list("k").records).toHaveLength(12);
    await store.close();
  });

  test("a reader that falls behind the kept revisions is told, not given a gap", async () => {
    const store = await harness.open(5);
    const reader = store.watch("", 0, new AbortController().signal)[Symbol.asyncIterator]();
    await store.commit([put("k", "1")]);
    expect((await reader.next()).value).toMatchObject({ revision: 1 });
    for (let index = 2; index <= 20; index++) await store.commit([put("k", `${index}`)]);
    await expect(reader.next()).rejects.toMatchObject({ code: "NW1507" });
    await store.close();
  });
}

function closingPromises(store: () => Store): void {
  test("closing finishes what was asked, ends watches and refuses more", async () => {
    const watching = collect(store().watch("", 0, new AbortController().signal));
    const last = store().commit([put("a", "1")]);
    await store().close();
    expect(await last).toBe(1);
    await watching;
    await expect(store().commit([put("b", "1")])).rejects.toMatchObject({ code: "NW1505" });
    await store().close();
  });
}

function durabilityPromises({ open, reopen = async (store) => store }: StoreHarness): void {
  test("everything is there after reopening: records, revisions, history", async () => {
    let store = await open(3);
    for (let index = 1; index <= 6; index++)
      await store.commit([put(`k${index}`, `${index}`), remove(`k${index - 1}`)]);
    const before = store.list("");
    store = await reopen(store);
    expect(store.list("")).toEqual(before);
    expect(store.revision()).toBe(6);
    expect(pairs(await take(store, "", 5, 2))).toEqual(["6 k6=6", "6 k5=-"]);
    await expect(take(store, "", 2, 1)).rejects.toMatchObject({ code: "NW1507" });
    expect(await store.commit([put("next", "1")])).toBe(7);
    await store.close();
  });
}
