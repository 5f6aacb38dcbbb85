/** Ledger entries that belong together, and what follows from them alone, which is worked out once. */
import type { InstanceEntry } from "./ledger-entries.ts";
import type { LedgerEntry } from "./ledger.ts";

export type EntryKind = LedgerEntry["kind"];
export type EntryOf<K extends EntryKind> = Extract<LedgerEntry, { kind: K }>;
export type Keyed<K extends EntryKind> = readonly (readonly [key: string, entry: EntryOf<K>])[];

export class EntryGroup {
  readonly #entries: Map<string, LedgerEntry>;
  readonly #known = new Map<unknown, unknown>();

  constructor(entries: Iterable<readonly [string, LedgerEntry]> = []) {
    this.#entries = new Map(entries);
  }

  copy(): EntryGroup {
    return new EntryGroup(this.#entries);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get entries(): Iterable<readonly [string, LedgerEntry]> {
    return this.#entries;
  }

  get(key: string): LedgerEntry | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Of a group that nobody else has. */
  set(key: string, entry: LedgerEntry | undefined): void {
    if (entry === undefined) this.#entries.delete(key);
    else this.#entries.set(key, entry);
    this.#known.clear();
  }

  all<K extends EntryKind>(kind: K): Keyed<K> {
    return (this.derive(byKind).get(kind) ?? []) as unknown as Keyed<K>;
  }

  get instances(): readonly InstanceEntry[] {
    return this.derive(instancesIn);
  }

  /** Invariant: `work` looks at nothing but the group. */
  derive<T>(work: (group: EntryGroup) => T): T {
    if (!this.#known.has(work)) this.remember(work, work(this));
    return this.#known.get(work) as T;
  }

  /** For as long as none of it changes. */
  remember(what: unknown, value: unknown): void {
    this.#known.set(what, value);
  }

  recall(what: unknown): unknown {
    return this.#known.get(what);
  }
}

const byKind = ({ entries }: EntryGroup): ReadonlyMap<EntryKind, readonly (readonly [string, LedgerEntry])[]> =>
  Map.groupBy(entries, ([, { kind }]) => kind);

const instancesIn = (group: EntryGroup): readonly InstanceEntry[] =>
  group.all("Instance").map(([, instance]) => instance);
