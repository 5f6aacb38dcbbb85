/** Keeps plans of services, networks and nodes, and knows which of them a change touches. */
import { equal, hostPrefix, type Ipv6Prefix } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import type { Compiled, CompileInput } from "../compile.ts";
import type { CompilationChange, CompilationUpdate, KeptCompilation } from "../incremental.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { LedgerChange } from "../ledger.ts";
import type { ObjectSet } from "../objects.ts";
import { withLeavingHosts } from "../standing-objects.ts";
import { dirtyServices } from "./dirty.ts";
import { volumeState } from "../volumes.ts";
import { isVolume, LedgerIndex } from "./index-ledger.ts";
import { NetworkPlan } from "./network-plan.ts";
import { planNodes, type NodesPlan } from "./nodes.ts";
import { byText } from "./order.ts";
import { secretValues } from "./secret-values.ts";
import { planService, type HostSlice, type ServicePlan } from "./service-plan.ts";
import { keepShared } from "./share.ts";
import { dnsRecords, summaries } from "./summary.ts";

export class Compilation implements KeptCompilation {
  /** With hosts that leave among its objects. */
  #input: Omit<CompileInput, "ledger">;
  #applied: ObjectSet;
  readonly #ledger: LedgerIndex;
  #nodes: NodesPlan;
  /** By service, then key of the plan. */
  readonly #services = new Map<string, ReadonlyMap<string, ServicePlan>>();
  readonly #networks = new Map<string, NetworkPlan>();
  /** Networks present on each host. */
  readonly #networksOn = new Map<string, Set<string>>();
  readonly #states = new Map<string, HostState>();

  constructor({ ledger, ...input }: CompileInput) {
    this.#applied = input.objects;
    this.#ledger = new LedgerIndex(ledger);
    this.#input = { ...input, objects: withLeavingHosts(input.objects, this.#ledger.leavingHosts()) };
    this.#nodes = planNodes(this.#input.objects);
    this.#answer(this.#rebuild());
  }

  compiled(): Compiled {
    const plans = [...this.#services.values()]
      .flatMap((each) => [...each.values()])
      .toSorted((a, b) => byText(a.key, b.key));
    return { states: this.states(), dns: dnsRecords(plans), services: summaries(plans, this.#input) };
  }

  states(): ReadonlyMap<string, HostState> {
    return new Map([...this.#states].toSorted(([a], [b]) => byText(a, b)));
  }

  update({ ledger = [], ...change }: CompilationChange): CompilationUpdate {
    const before = this.#input;
    const renumbered = ledger.some((each) => this.#renumbers(each));
    const after = { ...before, ...change, objects: this.#objectsAfter(change.objects ?? this.#applied, ledger) };
    const stored = volumeHosts(ledger, this.#ledger);
    const dirty = dirtyServices({ before, after, changes: ledger, ledger: this.#ledger });
    this.#applied = change.objects ?? this.#applied;
    this.#input = after;
    for (const each of ledger) this.#ledger.set(each);
    const structural = renumbered || touchesNodes(before.objects, after.objects);
    return this.#answer(new Set([...(structural ? this.#rebuild() : this.#replan(dirty)), ...stored]));
  }

  /** True for a network that had other numbers before; a new one is nobody's yet, and a deleted one nobody's any more. */
  #renumbers({ key, entry }: LedgerChange): boolean {
    const before = this.#ledger.get(key);
    return before?.kind === "Network" && entry !== undefined && !equal(before, entry);
  }

  #objectsAfter(applied: ObjectSet, changes: readonly LedgerChange[]): ObjectSet {
    const leaving = new Map(
      this.#ledger.leavingHosts().map((host) => [ledgerKeys.leavingHost(host.metadata.name), host]),
    );
    for (const { key, entry } of changes) {
      if (entry?.kind === "LeavingHost") leaving.set(key, entry.host);
      else leaving.delete(key);
    }
    const same = applied === this.#applied && leaving.size === 0 && this.#ledger.leavingHosts().length === 0;
    return same ? this.#input.objects : withLeavingHosts(applied, [...leaving.values()]);
  }

  /** Everything anew: hosts, routers, pools or networks changed. Equal states stay the same values. */
  #rebuild(): Iterable<string> {
    this.#nodes = planNodes(this.#input.objects);
    this.#services.clear();
    this.#networks.clear();
    this.#networksOn.clear();
    this.#replan(new Set([...this.#input.objects.services.keys(), ...this.#ledger.formerServices()]));
    return new Set([...this.#states.keys(), ...this.#nodes.hosts.keys(), ...this.#nodes.routers.keys()]);
  }

  /** @returns the hosts that may differ. */
  #replan(services: Iterable<string>): Iterable<string> {
    const touched = new Set<string>();
    const context = { ...this.#input, ledger: this.#ledger };
    for (const service of services) {
      const before = this.#services.get(service);
      const after = planService(context, service);
      const kept = new Map<string, ServicePlan>();
      for (const key of new Set([...(before?.keys() ?? []), ...after.keys()])) {
        const plan = this.#exchange(before?.get(key), after.get(key), touched);
        if (plan !== undefined) kept.set(key, plan);
      }
      if (kept.size === 0) this.#services.delete(service);
      else this.#services.set(service, kept);
    }
    return touched;
  }

  #exchange(
    before: ServicePlan | undefined,
    planned: ServicePlan | undefined,
    touched: Set<string>,
  ): ServicePlan | undefined {
    const after = planned === undefined ? undefined : keepShared(before, planned);
    const moved = before !== undefined && before.network !== after?.network;
    if (moved) this.#put(before.network, before, undefined, touched);
    if (after !== undefined) this.#put(after.network, moved ? undefined : before, after, touched);
    return after;
  }

  #put(key: string, before: ServicePlan | undefined, after: ServicePlan | undefined, touched: Set<string>): void {
    const network = this.#networks.get(key) ?? this.#newNetwork(key);
    if (network === undefined) return;
    this.#networks.set(key, network);
    for (const host of network.replace(before, after)) {
      touched.add(host);
      const present = this.#networksOn.get(host) ?? new Set<string>();
      this.#networksOn.set(host, present.add(key));
    }
    if (network.empty) this.#networks.delete(key);
  }

  #newNetwork(key: string): NetworkPlan | undefined {
    const [project = "", name = ""] = key.split("/");
    const entry = this.#ledger.network(project, name);
    if (entry === undefined) return undefined;
    const mtu = Math.min(this.#nodes.mtu, this.#input.objects.networks.get(key)?.object.spec.mtu ?? Infinity);
    return new NetworkPlan(entry, mtu, this.#nodes.hosts);
  }

  #answer(touched: Iterable<string>): CompilationUpdate {
    const states = new Map<string, HostState>();
    const changed: string[] = [];
    for (const node of [...touched].toSorted(byText)) {
      const before = this.#states.get(node);
      const state = this.#nodes.routers.get(node) ?? (this.#nodes.hosts.has(node) ? this.#hostState(node) : undefined);
      if (equal(before, state)) continue;
      changed.push(node);
      if (state === undefined) this.#states.delete(node);
      else {
        this.#states.set(node, state);
        states.set(node, state);
      }
    }
    return { changed, states };
  }

  #hostState(host: string): HostState {
    const keys = this.#networksOn.get(host) ?? new Set<string>();
    const networks = [...keys]
      .flatMap((key) => this.#networks.get(key)?.state(host) ?? [])
      .toSorted((a, b) => a.vni - b.vni);
    const volumes = this.#ledger
      .volumesOn(host)
      .map(volumeState)
      .toSorted((a, b) => byText(a.id, b.id));
    const state = this.#nodes.hostState(host, networks, this.#announcedBy(host));
    const secrets = secretValues(networks, this.#input.secrets);
    return {
      ...state,
      ...(volumes.length === 0 ? {} : { volumes }),
      ...(secrets.length === 0 ? {} : { secrets }),
    };
  }

  #announcedBy(host: string): readonly Ipv6Prefix[] {
    const prefixes = [...this.#ledger.servicesOn(host)].flatMap((service) =>
      [...(this.#services.get(service)?.values() ?? [])].flatMap((plan) => announcedIn(plan.slices.get(host))),
    );
    return [...new Set(prefixes)].toSorted(byText);
  }
}

/** Addresses of listeners, and those in whose name workloads speak to the internet. */
const announcedIn = (slice: HostSlice | undefined): readonly Ipv6Prefix[] =>
  slice === undefined ? [] : [...slice.announce, ...slice.egress.map(({ source }) => hostPrefix(source))];

/** Hosts with data that came, changed or goes. */
const volumeHosts = (changes: readonly LedgerChange[], before: LedgerIndex): readonly string[] =>
  changes.flatMap(({ key, entry }) => [entry, before.get(key)].flatMap((each) => (isVolume(each) ? [each.host] : [])));

/** True when any object changed that is not a Service. */
function touchesNodes(before: ObjectSet, after: ObjectSet): boolean {
  if (before === after) return false;
  return (["hosts", "routers", "pools", "networks"] as const).some((kind) => {
    const [a, b] = [before[kind], after[kind]];
    return a !== b && (a.size !== b.size || [...b].some(([key, { object }]) => a.get(key)?.object !== object));
  });
}
