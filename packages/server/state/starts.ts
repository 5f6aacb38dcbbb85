import type { Store } from "@netwright/contract";

const key = "server/starts";

/** Counts how often the server was started on this store, this time included. */
export async function countStart(store: Store): Promise<number> {
  const count = Number(store.get(key)?.value ?? 0) + 1;
  await store.commit([{ kind: "Put", key, value: String(count) }]);
  return count;
}
