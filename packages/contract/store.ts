/**
 * The revisioned store. Promises (held by the compliance suite in testkit):
 * - every committed transaction has the next revision; all its writes carry it;
 * - a transaction happens whole or not at all, and is on disk before `commit` resolves;
 * - `watch` from a revision delivers every later change once and in order.
 */
import type { NetwrightError } from "@netwright/base";

/** Keys are `/`-separated, for example `service/default/shop`. */
export type StoreKey = string;

export interface StoredRecord {
  readonly key: StoreKey;
  /** JSON text. */
  readonly value: string;
  /** Revision of the transaction that wrote this value last. */
  readonly revision: number;
}

export type StoreWrite =
  | {
      readonly kind: "Put";
      readonly key: StoreKey;
      readonly value: string;
      /** Compare and set: 0 means "must not exist". */ readonly ifRevision?: number;
    }
  | { readonly kind: "Delete"; readonly key: StoreKey; readonly ifRevision?: number };

export interface StoreChange {
  readonly revision: number;
  readonly key: StoreKey;
  /** Undefined when it was deleted. */
  readonly value: string | undefined;
}

export interface Store {
  /** Current revision; 0 when nothing was ever written. */
  revision(): number;
  get(key: StoreKey): StoredRecord | undefined;
  /** Every record whose key starts with the prefix, by key, as of one revision. */
  list(prefix: StoreKey): { readonly revision: number; readonly records: readonly StoredRecord[] };
  /** @returns the new revision. @throws NW1502 when a precondition fails; nothing is written then. */
  commit(writes: readonly StoreWrite[]): Promise<number>;
  /**
   * Changes after `since`, then live ones, until the signal aborts.
   * @throws NW1507 when changes after `since` are no longer all kept: list again.
   */
  watch(prefix: StoreKey, since: number, signal: AbortSignal): AsyncIterable<StoreChange>;
  close(): Promise<void>;
}

/** Only for documentation of what `commit` and `watch` throw. */
export type StoreError = NetwrightError;
