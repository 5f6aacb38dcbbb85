import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Store } from "@netwright/contract";
import { storeCompliance } from "@netwright/testkit/store-compliance.ts";
import { openSqliteStore } from "./sqlite.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-store-"));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;
const paths = new Map<Store, { path: string; keepRevisions: number }>();
function openAt(path: string, keepRevisions: number): Store {
  const store = openSqliteStore(path, { keepRevisions });
  paths.set(store, { path, keepRevisions });
  return store;
}

function opened(store: Store): { path: string; keepRevisions: number } {
  const found = paths.get(store);
  if (found === undefined) throw new TypeError("not a store of this test");
  return found;
}

storeCompliance("sqlite", {
  open: async (keepRevisions) => openAt(join(directory, `${count++}.db`), keepRevisions),
  reopen: async (store) => {
    const { path, keepRevisions } = opened(store);
    await store.close();
    return openAt(path, keepRevisions);
  },
});

test("the file and its log can be read by the owner alone", async () => {
  const path = join(directory, "mode.db");
  const store = openSqliteStore(path);
  await store.commit([{ kind: "Put", key: "secret", value: "1" }]);
  for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
  await store.close();
});

test("a second process cannot open a store that is in use", async () => {
  const path = join(directory, "twice.db");
  const store = openSqliteStore(path);
  expect(() => openSqliteStore(path)).toThrow(expect.objectContaining({ code: "NW1510" }));
  await store.close();
  await openSqliteStore(path).close();
});
