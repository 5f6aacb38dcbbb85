/** A working copy of the ledger with the look-ups that allocation and placing need, and the list of what changed. */
import type { InstanceEntry, TemplateEntry } from "./ledger-entries.ts";
import type { Ledger, LedgerChange, LedgerEntry } from "./ledger.ts";
import { ledgerKeys } from "./ledger-keys.ts";
import { projectKey } from "./objects.ts";
import { addDemand, demandOf, noDemand, type Demand } from "./place/demand.ts";

export class Draft {
  readonly #before: Ledger;
  readonly #entries: Map<string, LedgerEntry>;
  readonly #byKind = new Map<LedgerEntry["kind"], Map<string, LedgerEntry>>();
  readonly #touched = new Set<string>();
  readonly #byService = new Map<string, Map<string, InstanceEntry>>();
  readonly #byHost = new Map<string, Map<string, InstanceEntry>>();
  readonly #used = new Map<string, Demand>();

  constructor(ledger: Ledger) {
    this.#before = ledger;
    this.#entries = new Map(ledger);
    for (const [key, entry] of ledger) this.#index(key, entry);
  }

  get<K extends LedgerEntry["kind"]>(kind: K, key: string): Extract<LedgerEntry, { kind: K }> | undefined {
    const entry = this.#entries.get(key);
    return entry?.kind === kind ? (entry as Extract<LedgerEntry, { kind: K }>) : undefined;
  }

  /** As they are now. */
  get entries(): Ledger {
    return this.#entries;
  }

  /** All entries of a kind, in no order that means anything. Taken at the call: the draft may change on the walk. */
  all<K extends LedgerEntry["kind"]>(kind: K): readonly (readonly [string, Extract<LedgerEntry, { kind: K }>])[] {
    return [...(this.#byKind.get(kind) ?? [])] as [string, Extract<LedgerEntry, { kind: K }>][];
  }

  put(key: string, entry: LedgerEntry): void {
    this.#unindex(key);
    this.#entries.set(key, entry);
    this.#touched.add(key);
    this.#index(key, entry);
  }

  delete(key: string): void {
    this.#unindex(key);
    this.#entries.delete(key);
    this.#touched.add(key);
  }

  instancesOf(project: string, service: string): readonly InstanceEntry[] {
    return [...(this.#byService.get(projectKey(project, service))?.values() ?? [])];
  }

  instancesOn(host: string): readonly InstanceEntry[] {
    return [...(this.#byHost.get(host)?.values() ?? [])];
  }

  /** What is promised on the host. All of it counts until it is gone, draining instances too. */
  usedOn(host: string): Demand {
    const known = this.#used.get(host);
    if (known !== undefined) return known;
    const instances = this.instancesOn(host).filter(({ role }) => role !== "LoadBalancer");
    const used = instances.reduce((sum, instance) => addDemand(sum, demandOf(this.templateOf(instance))), noDemand);
    this.#used.set(host, used);
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
      .filter((key) => JSON.stringify(this.#before.get(key)) !== JSON.stringify(this.#entries.get(key)))
      .toSorted()
      .map((key) => ({ key, entry: this.#entries.get(key) }));
  }

  #index(key: string, entry: LedgerEntry): void {
    inner(this.#byKind, entry.kind).set(key, entry);
    if (entry.kind !== "Instance") return;
    inner(this.#byService, projectKey(entry.project, entry.service)).set(key, entry);
    inner(this.#byHost, entry.host).set(key, entry);
    this.#used.delete(entry.host);
  }

  #unindex(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#byKind.get(entry.kind)?.delete(key);
    if (entry.kind !== "Instance") return;
    this.#byService.get(projectKey(entry.project, entry.service))?.delete(key);
    this.#byHost.get(entry.host)?.delete(key);
    this.#used.delete(entry.host);
  }
}

function inner<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const found = map.get(key) ?? new Map<string, V>();
  map.set(key, found);
  return found;
}
