/** Encrypts everything with a new key. The server must not run: the store is locked meanwhile. */
import type { Entropy } from "@netwright/base";
import type { Files, Store, StoreWrite } from "@netwright/contract";
import { loadKeys, newKey, sealedPrefixes, writeKeys } from "./key-file.ts";
import { boxPattern, Sealer } from "./sealer.ts";

export interface Rotated {
  /** Values that were encrypted anew, those of the history included. */
  readonly count: number;
  readonly id: string;
}

/** Both keys are in the file until the store has the new one alone: it can be killed at any moment and run again. */
export async function rotateKey(files: Files, path: string, entropy: Entropy, store: Store): Promise<Rotated> {
  const old = await loadKeys(files, path, entropy, store);
  const fresh = newKey(entropy);
  await writeKeys(files, path, [fresh, ...old]);
  const sealer = new Sealer([fresh, ...old], entropy);
  let count = 0;
  const reseal = (box: string): string => {
    count += 1;
    return sealer.reseal(box);
  };
  const writes = sealedPrefixes.flatMap((prefix) =>
    store.list(prefix).records.flatMap(({ key, value }): StoreWrite[] => {
      const next = value.replaceAll(boxPattern, reseal);
      return next === value ? [] : [{ kind: "Put", key, value: next }];
    }),
  );
  if (writes.length > 0) await store.commit(writes);
  await writeKeys(files, path, [fresh]);
  return { count, id: fresh.id };
}
