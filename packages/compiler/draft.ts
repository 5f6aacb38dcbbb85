/** A working copy of the ledger with the look-ups that allocation and placing need, and the list of what changed. */
import type { EntryGroup, EntryKind, EntryOf, Keyed } from "./entry-group.ts";
import { groupsOf, type GroupedLedger } from "./grouped-ledger.ts";
import type { DiscardedVolumeEntry, InstanceEntry, TemplateEntry, VolumeEntry } from "./ledger-entries.ts";
import type { Ledger, LedgerChange, LedgerEntry } from "./ledger.ts";
import { ledgerKeys } from "./ledger-keys.ts";
import { projectKey } from "./objects.ts";
import { addDemand, demandOf, noDemand, type Demand } from "./place/demand.ts";

const nobody: readonly InstanceEntry[] = [];

/** Under which a host's group remembers what is promised there. */
const promised = Symbol("promised");

export class Draft {
  readonly #before: Ledger;
  readonly #touched = new Map<string, LedgerEntry | undefined>();
  readonly #groups: GroupedLedger;

  constructor(ledger: Ledger) {
    this.#before = ledger;
    this.#groups = groupsOf(ledger).fork();
  }

  get<K extends EntryKind>(kind: K, key: string): EntryOf<K> | undefined {
    const entry = this.#entry(key);
    return entry?.kind === kind ? (entry as EntryOf<K>) : undefined;
  }

  /** As they are now. */
  readonly entries: Pick<Ledger, "get"> = { get: (key) => this.#entry(key) };

  /** All entries of a kind, in no order that means anything. Taken at the call: the draft may change on the walk. */
  all<K extends EntryKind>(kind: K): Keyed<K> {
    return this.#groups.all(kind);
  }

  /** Everything of the service: the same value for as long as none of it changes. */
  group(service: string): EntryGroup | undefined {
    return this.#groups.service(service);
  }

  /** By service, `PROJECT/NAME`. */
  get groups(): ReadonlyMap<string, EntryGroup> {
    return this.#groups.services;
  }

  /** With something on them. */
  get hosts(): Iterable<string> {
    return this.#groups.hosts;
  }

  /** True of one that is not as it was in the ledger at the start. */
  isTouched(group: EntryGroup): boolean {
    return this.#groups.isOwn(group);
  }

  put(key: string, entry: LedgerEntry): void {
    this.#set(key, entry);
  }

  delete(key: string): void {
    this.#set(key, undefined);
  }

  instancesOf(project: string, service: string): readonly InstanceEntry[] {
    return this.#groups.service(projectKey(project, service))?.instances ?? nobody;
  }

  instancesOn(host: string): readonly InstanceEntry[] {
    return this.#groups.host(host)?.instances ?? nobody;
  }

  /** Volumes whose data is on the host, discarded ones too. */
  volumesOn(host: string): readonly (VolumeEntry | DiscardedVolumeEntry)[] {
    const group = this.#groups.host(host);
    if (group === undefined) return [];
    return [...group.all("Volume"), ...group.all("DiscardedVolume")].map(([, volume]) => volume);
  }

  /** What is promised on the host. All of it counts until it is gone, draining instances too. */
  usedOn(host: string): Demand {
    const group = this.#groups.host(host);
    if (group === undefined) return noDemand;
    const known = group.recall(promised) as Demand | undefined;
    if (known !== undefined) return known;
    const running = group.instances.filter(({ role }) => role !== "LoadBalancer");
    const templates = running.map((instance) => this.templateOf(instance));
    const used = templates.reduce((sum, template) => addDemand(sum, demandOf(template)), noDemand);
    // What an instance runs is there for as long as the instance, and never changed.
    if (running.every(({ template }, index) => template === "" || templates[index] !== undefined))
      group.remember(promised, used);
    return used;
  }

  templateOf({ project, service, tier, template }: InstanceEntry): TemplateEntry | undefined {
    return this.get("Template", ledgerKeys.template(project, service, tier, template));
  }

  /** The next number of a series, which is not given again. */
  count(key: string): number {
    const next = this.get("Counter", key)?.next ?? 1;
    this.put(key, { kind: "Counter", next: next + 1 });
    return next;
  }

  /** What differs from the ledger at the start, by key. */
  changes(): readonly LedgerChange[] {
    return [...this.#touched]
      .filter(([key, entry]) => JSON.stringify(this.#before.get(key)) !== JSON.stringify(entry))
      .map(([key, entry]) => ({ key, entry }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  #entry(key: string): LedgerEntry | undefined {
    return this.#touched.has(key) ? this.#touched.get(key) : this.#before.get(key);
  }

  #set(key: string, entry: LedgerEntry | undefined): void {
    this.#groups.replace(key, this.#entry(key), entry);
    this.#touched.set(key, entry);
  }
}
