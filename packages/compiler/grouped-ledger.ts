/**
 * The ledger as deciding reads it: by service, by host, and what belongs to neither. It is carried along from one ledger to the
 * next, and what belongs together stays the same value for as long as none of it changes.
 */
import { EntryGroup, type EntryKind, type Keyed } from "./entry-group.ts";
import type { Ledger, LedgerChange, LedgerEntry } from "./ledger.ts";
import { projectKey } from "./objects.ts";

type Groups = Map<string, EntryGroup>;

/** Kinds without a service. Counters are only asked for by their keys. */
const siteWide: ReadonlySet<EntryKind> = new Set(["Network", "LeavingHost", "Resting"]);

export class GroupedLedger {
  /** By `PROJECT/NAME`. */
  readonly #services: Groups;
  /** By name: instances and volumes. */
  readonly #hosts: Groups;
  #site: EntryGroup;
  /** Groups that nobody else refers to: they change in place. */
  readonly #own = new Set<EntryGroup>();

  constructor(services: Groups = new Map(), hosts: Groups = new Map(), site = new EntryGroup()) {
    this.#services = services;
    this.#hosts = hosts;
    this.#site = site;
  }

  /** One to be changed; this one stays as it is. */
  fork(): GroupedLedger {
    this.#own.clear();
    return new GroupedLedger(new Map(this.#services), new Map(this.#hosts), this.#site);
  }

  /** True of a group that is another one than where it was forked. */
  isOwn(group: EntryGroup): boolean {
    return this.#own.has(group);
  }

  service(key: string): EntryGroup | undefined {
    return this.#services.get(key);
  }

  host(name: string): EntryGroup | undefined {
    return this.#hosts.get(name);
  }

  get hosts(): Iterable<string> {
    return this.#hosts.keys();
  }

  get services(): ReadonlyMap<string, EntryGroup> {
    return this.#services;
  }

  get site(): EntryGroup {
    return this.#site;
  }

  all<K extends EntryKind>(kind: K): Keyed<K> {
    if (siteWide.has(kind)) return this.#site.all(kind);
    return [...this.#services.values()].flatMap((group) => group.all(kind));
  }

  /** An entry that takes another's place has its place in the order, too, as in a Map. */
  replace(key: string, before: LedgerEntry | undefined, after: LedgerEntry | undefined): void {
    this.#replaceIn(this.#services, key, [before, after], serviceOf);
    this.#replaceIn(this.#hosts, key, [before, after], hostOf);
    const kind = (after ?? before)?.kind;
    if (kind === undefined || !siteWide.has(kind)) return;
    this.#site = this.#owned(this.#site);
    this.#site.set(key, after);
  }

  #replaceIn(
    groups: Groups,
    key: string,
    [before, after]: readonly [LedgerEntry | undefined, LedgerEntry | undefined],
    placeOf: (entry: LedgerEntry) => string | undefined,
  ): void {
    const from = before === undefined ? undefined : placeOf(before);
    const to = after === undefined ? undefined : placeOf(after);
    if (from !== undefined && from !== to) this.#set(groups, from, key, undefined);
    if (to !== undefined) this.#set(groups, to, key, after);
  }

  #set(groups: Groups, place: string, key: string, entry: LedgerEntry | undefined): void {
    const known = groups.get(place);
    const group = known === undefined ? this.#owned(new EntryGroup()) : this.#owned(known);
    group.set(key, entry);
    if (group.isEmpty) groups.delete(place);
    else if (group !== known) groups.set(place, group);
  }

  #owned(group: EntryGroup): EntryGroup {
    if (this.#own.has(group)) return group;
    const own = group.isEmpty ? new EntryGroup() : group.copy();
    this.#own.add(own);
    return own;
  }
}

const serviceOf = (entry: LedgerEntry): string | undefined =>
  "service" in entry ? projectKey(entry.project, entry.service) : undefined;

const hostOf = (entry: LedgerEntry): string | undefined =>
  entry.kind === "Instance" || entry.kind === "Volume" || entry.kind === "DiscardedVolume" ? entry.host : undefined;

const known = new WeakMap<Ledger, GroupedLedger>();

/** Never to be changed, only forked. */
export function groupsOf(ledger: Ledger): GroupedLedger {
  const found = known.get(ledger) ?? grouped(ledger);
  known.set(ledger, found);
  return found;
}

function grouped(ledger: Ledger): GroupedLedger {
  const groups = new GroupedLedger();
  for (const [key, entry] of ledger) groups.replace(key, undefined, entry);
  return groups;
}

/** Those of the ledger before it with the changes between them. What was not asked for before is not worked out now. */
export function carryGroups(before: Ledger, after: Ledger, changes: readonly LedgerChange[]): void {
  const groups = known.get(before)?.fork();
  if (groups === undefined) return;
  const latest = new Map(changes.map(({ key, entry }) => [key, entry]));
  for (const [key, entry] of latest) groups.replace(key, before.get(key), entry);
  known.set(after, groups);
}

/** Counters and the order of entries left out. Costs what differs where one ledger came from the other. */
export function changesBetween(before: Ledger, after: Ledger): readonly LedgerChange[] {
  if (before === after) return [];
  const [old, now] = [groupsOf(before), groupsOf(after)];
  const names = new Set([...old.services.keys(), ...now.services.keys()]);
  return [
    ...between(old.site, now.site),
    ...[...names].flatMap((name) => between(old.service(name), now.service(name))),
  ];
}

function between(before: EntryGroup | undefined, after: EntryGroup | undefined): readonly LedgerChange[] {
  if (before === after) return [];
  const gone = [...(before?.entries ?? [])].flatMap(([key]) =>
    after?.has(key) === true ? [] : [{ key, entry: undefined }],
  );
  const put = [...(after?.entries ?? [])].flatMap(([key, entry]) =>
    before?.get(key) === entry ? [] : [{ key, entry }],
  );
  return [...gone, ...put];
}
