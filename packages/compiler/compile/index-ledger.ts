/** The ledger, indexed as compiling reads it; kept up to date entry by entry. */
import type { Host } from "@netwright/api";
import type { ListenerKey } from "@netwright/contract";
import type {
  ClassEntry,
  DiscardedVolumeEntry,
  EgressAddressEntry,
  FormerEntry,
  ImageEntry,
  InstanceEntry,
  LeadsEntry,
  MembersEntry,
  NetworkEntry,
  TemplateEntry,
  VipEntry,
  VolumeEntry,
} from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Ledger, LedgerChange, LedgerEntry } from "../ledger.ts";
import { projectKey } from "../objects.ts";

export const isVolume = (entry: LedgerEntry | undefined): entry is VolumeEntry | DiscardedVolumeEntry =>
  entry?.kind === "Volume" || entry?.kind === "DiscardedVolume";

export class LedgerIndex {
  readonly #entries = new Map<string, LedgerEntry>();
  /** By service, then instance. */
  readonly #instances = new Map<string, Map<string, InstanceEntry>>();
  /** Services with an instance on the host. */
  readonly #servicesOn = new Map<string, Map<string, number>>();

  /** By service. */
  readonly #formers = new Map<string, Map<string, FormerEntry>>();
  readonly #leavingHosts = new Map<string, Host>();

  /** By host, then key. */
  readonly #volumes = new Map<string, Map<string, VolumeEntry | DiscardedVolumeEntry>>();

  constructor(ledger: Ledger) {
    for (const [key, entry] of ledger) this.set({ key, entry });
  }

  network = (project: string, name: string): NetworkEntry | undefined =>
    this.#get("Network", ledgerKeys.network(project, name));
  class = (project: string, service: string, tier: string): ClassEntry | undefined =>
    this.#get("Class", ledgerKeys.class(project, service, tier));
  vip = (project: string, service: string): VipEntry | undefined => this.#get("Vip", ledgerKeys.vip(project, service));
  members = (
    project: string,
    service: string,
    { protocol, port }: Pick<ListenerKey, "protocol" | "port">,
  ): MembersEntry | undefined => this.#get("Members", ledgerKeys.members(project, service, protocol, port));
  leads = (project: string, service: string): LeadsEntry["leads"] | undefined =>
    this.#get("Leads", ledgerKeys.leads(project, service))?.leads;
  egressAddress = ({ project, service, network, host }: InstanceEntry): EgressAddressEntry | undefined =>
    this.#get("EgressAddress", ledgerKeys.egressAddress(project, service, network, host));
  template = ({ project, service, tier, template }: InstanceEntry): TemplateEntry | undefined =>
    this.#get("Template", ledgerKeys.template(project, service, tier, template));

  /** What the name of a tier's image stands for. */
  image = ({ project, service, tier, run }: TemplateEntry): ImageEntry | undefined =>
    this.#get("Image", ledgerKeys.image(project, service, tier, run.image));

  /** Those of the service as it is, or of one that it was; by tier and number. */
  instancesOf(service: string, former?: number): readonly InstanceEntry[] {
    return [...(this.#instances.get(service)?.values() ?? [])]
      .filter((each) => each.former === former)
      .toSorted((a, b) => (a.tier === b.tier ? a.number - b.number : a.tier < b.tier ? -1 : 1));
  }

  /** Those of all that it was, too. */
  allInstancesOf(service: string): ReadonlyMap<string, InstanceEntry> {
    return this.#instances.get(service) ?? new Map<string, InstanceEntry>();
  }

  /** What the service was, as far as something of that is left. */
  formersOf(service: string): readonly FormerEntry[] {
    return [...(this.#formers.get(service)?.values() ?? [])].toSorted((a, b) => a.number - b.number);
  }

  /** Services of which something former is left. */
  formerServices(): Iterable<string> {
    return this.#formers.keys();
  }

  /** Hosts that were deleted and are not left yet. */
  leavingHosts(): readonly Host[] {
    return [...this.#leavingHosts.values()];
  }

  servicesOn(host: string): Iterable<string> {
    return this.#servicesOn.get(host)?.keys() ?? [];
  }

  volumesOn(host: string): readonly (VolumeEntry | DiscardedVolumeEntry)[] {
    return [...(this.#volumes.get(host)?.values() ?? [])];
  }

  get(key: string): LedgerEntry | undefined {
    return this.#entries.get(key);
  }

  set({ key, entry }: LedgerChange): void {
    const before = this.#entries.get(key);
    if (before?.kind === "Instance") this.#forget(key, before);
    else if (before?.kind === "Former") this.#forgetFormer(key, before);
    else if (isVolume(before)) this.#volumes.get(before.host)?.delete(key);
    else if (before?.kind === "LeavingHost") this.#leavingHosts.delete(key);
    if (entry === undefined) this.#entries.delete(key);
    else this.#entries.set(key, entry);
    if (entry?.kind === "Instance") this.#remember(key, entry);
    else if (entry?.kind === "Former") this.#rememberFormer(key, entry);
    else if (isVolume(entry))
      this.#volumes.set(entry.host, (this.#volumes.get(entry.host) ?? new Map()).set(key, entry));
    else if (entry?.kind === "LeavingHost") this.#leavingHosts.set(key, entry.host);
  }

  #get<K extends LedgerEntry["kind"]>(kind: K, key: string): Extract<LedgerEntry, { kind: K }> | undefined {
    const entry = this.#entries.get(key);
    return entry?.kind === kind ? (entry as Extract<LedgerEntry, { kind: K }>) : undefined;
  }

  #rememberFormer(key: string, entry: FormerEntry): void {
    const service = projectKey(entry.project, entry.service);
    const formers = this.#formers.get(service) ?? new Map<string, FormerEntry>();
    this.#formers.set(service, formers.set(key, entry));
  }

  #forgetFormer(key: string, entry: FormerEntry): void {
    const service = projectKey(entry.project, entry.service);
    const formers = this.#formers.get(service);
    formers?.delete(key);
    if (formers?.size === 0) this.#formers.delete(service);
  }

  #remember(key: string, entry: InstanceEntry): void {
    const service = projectKey(entry.project, entry.service);
    const instances = this.#instances.get(service) ?? new Map<string, InstanceEntry>();
    this.#instances.set(service, instances.set(key, entry));
    const services = this.#servicesOn.get(entry.host) ?? new Map<string, number>();
    this.#servicesOn.set(entry.host, services.set(service, (services.get(service) ?? 0) + 1));
  }

  #forget(key: string, entry: InstanceEntry): void {
    const service = projectKey(entry.project, entry.service);
    this.#instances.get(service)?.delete(key);
    const services = this.#servicesOn.get(entry.host);
    const left = (services?.get(service) ?? 0) - 1;
    if (left > 0) services?.set(service, left);
    else services?.delete(service);
  }
}
