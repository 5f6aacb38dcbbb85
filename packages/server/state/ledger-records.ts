import type { Ledger, LedgerChange, LedgerEntry } from "@netwright/compiler";
import type { Store, StoreWrite } from "@netwright/contract";

const prefix = "ledger/";

export function readLedger(store: Store): Ledger {
  return new Map(
    store.list(prefix).records.map(({ key, value }) => [key.slice(prefix.length), JSON.parse(value) as LedgerEntry]),
  );
}

export const ledgerWrites = (changes: readonly LedgerChange[]): readonly StoreWrite[] =>
  changes.map(({ key, entry }) =>
    entry === undefined
      ? { kind: "Delete", key: prefix + key }
      : { kind: "Put", key: prefix + key, value: JSON.stringify(entry) },
  );
