import { NetwrightError } from "@netwright/base";
import type { StoreWrite } from "@netwright/contract";

/**
 * Keys are printable ASCII without spaces, so that octets, code units and code points sort alike in every store.
 * @throws NW1801 for another key, or when one transaction writes a key twice.
 */
export function checkWrites(writes: readonly StoreWrite[]): void {
  const seen = new Set<string>();
  for (const { key } of writes) {
    if (!/^[!-~]+$/.test(key)) throw new NetwrightError("NW1801", `not a store key: ${JSON.stringify(key)}`);
    if (seen.has(key)) throw new NetwrightError("NW1801", `one transaction writes ${key} twice`);
    seen.add(key);
  }
}

/** @throws NW1502 when the record is not at the revision that the write expects. */
export function checkRevision(write: StoreWrite, actual: number | undefined): void {
  if (write.ifRevision === undefined || write.ifRevision === (actual ?? 0)) return;
  throw new NetwrightError(
    "NW1502",
    `${write.key} ${describe(actual)}, but ${describe(write.ifRevision || undefined)} was expected`,
    {
      subject: write.key,
      hint: "read the object again and repeat the change",
    },
  );
}

const describe = (revision: number | undefined): string =>
  revision === undefined ? "absence" : `revision ${revision}`;

export const closedError = (): NetwrightError => new NetwrightError("NW1505", "the store is closed");
