/**
 * What was given out and must stay as it is, whatever runs or was reported. The server keeps one store record per entry;
 * `reconcile` answers with the entries that change.
 */
import { carryGroups } from "./grouped-ledger.ts";
import { LayeredLedger } from "./layered-ledger.ts";
import type {
  ClassEntry,
  CounterEntry,
  DiscardedVolumeEntry,
  EgressAddressEntry,
  FormerEntry,
  ImageEntry,
  InstanceEntry,
  LeadsEntry,
  LeavingHostEntry,
  MembersEntry,
  NetworkEntry,
  RestingEntry,
  SizeEntry,
  TemplateEntry,
  VipEntry,
  VolumeEntry,
} from "./ledger-entries.ts";
import type { RevisionEntry, RolloutEntry, TierRolloutEntry } from "./rollout-entries.ts";

export type LedgerEntry =
  | NetworkEntry
  | ClassEntry
  | VipEntry
  | EgressAddressEntry
  | TemplateEntry
  | InstanceEntry
  | VolumeEntry
  | DiscardedVolumeEntry
  | ImageEntry
  | RolloutEntry
  | TierRolloutEntry
  | RevisionEntry
  | MembersEntry
  | LeadsEntry
  | FormerEntry
  | LeavingHostEntry
  | RestingEntry
  | SizeEntry
  | CounterEntry;

/** By `LedgerKey`. Order carries no meaning. Never changed once it was read. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

export interface LedgerChange {
  readonly key: string;
  /** Undefined: the entry goes. */
  readonly entry: LedgerEntry | undefined;
}

export const emptyLedger: Ledger = new Map();

/** From so many entries on a ledger is not copied for every change; and not before one of so many differs. */
const largeFrom = 4096;
const copiedAt = 1 / 16;

/** The ledger after the changes; the given one stays as it is. */
export function applyLedgerChanges(ledger: Ledger, changes: readonly LedgerChange[]): Ledger {
  const next = ledger.size < largeFrom ? copied(ledger, changes) : layered(ledger, changes);
  carryGroups(ledger, next, changes);
  return next;
}

function layered(ledger: Ledger, changes: readonly LedgerChange[]): Ledger {
  const next = (ledger instanceof LayeredLedger ? ledger : new LayeredLedger(ledger)).with(changes);
  return next.depth < next.size * copiedAt ? next : new Map(next);
}

function copied(ledger: Ledger, changes: readonly LedgerChange[]): Ledger {
  const next = new Map(ledger);
  for (const { key, entry } of changes) {
    if (entry === undefined) next.delete(key);
    else next.set(key, entry);
  }
  return next;
}
