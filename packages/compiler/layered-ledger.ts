/** A large ledger with few changes since it was copied last, so that one more does not copy all of it. */
import type { Ledger, LedgerChange, LedgerEntry } from "./ledger.ts";

type Entry = [string, LedgerEntry];

export class LayeredLedger implements Ledger {
  readonly #base: Ledger;
  /** Undefined: it is in `#base` and is gone. */
  readonly #changes: ReadonlyMap<string, LedgerEntry | undefined>;
  readonly size: number;
  #copy: Map<string, LedgerEntry> | undefined;

  constructor(base: Ledger, changes: ReadonlyMap<string, LedgerEntry | undefined> = new Map()) {
    this.#base = base;
    this.#changes = changes;
    let size = base.size;
    for (const [key, entry] of changes) size += Number(entry !== undefined) - Number(base.has(key));
    this.size = size;
  }

  /** How many entries are not as they were in the ledger below. */
  get depth(): number {
    return this.#changes.size;
  }

  with(changes: readonly LedgerChange[]): LayeredLedger {
    const next = new Map(this.#changes);
    for (const { key, entry } of changes) {
      if (entry === undefined && !this.#base.has(key)) next.delete(key);
      else next.set(key, entry);
    }
    return new LayeredLedger(this.#base, next);
  }

  get(key: string): LedgerEntry | undefined {
    const changed = this.#changes.get(key);
    return changed !== undefined || this.#changes.has(key) ? changed : this.#base.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  entries(): MapIterator<Entry> {
    return this.#all.entries();
  }

  keys(): MapIterator<string> {
    return this.#all.keys();
  }

  values(): MapIterator<LedgerEntry> {
    return this.#all.values();
  }

  [Symbol.iterator](): MapIterator<Entry> {
    return this.entries();
  }

  forEach(visit: (entry: LedgerEntry, key: string, ledger: Ledger) => void): void {
    this.#all.forEach((entry, key) => visit(entry, key, this));
  }

  /** Copied for the first walk: who walks one ledger does so more than once. */
  get #all(): Map<string, LedgerEntry> {
    if (this.#copy !== undefined) return this.#copy;
    const all = new Map(this.#base);
    for (const [key, entry] of this.#changes) {
      if (entry === undefined) all.delete(key);
      else all.set(key, entry);
    }
    this.#copy = all;
    return all;
  }
}
