/**
 * Keeps the AAAA records of service hostnames in the zone equal to what services have. Names that may be in the zone
 * are stored before they are written there, so that a restart forgets no record that must go.
 */
import { messageOf, seconds, type Clock, type Ipv6, type Milliseconds } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";
import { Wakeups } from "@netwright/store";
import type { Log } from "@netwright/base";
import type { Metrics } from "../metrics.ts";
import type { DnsFacts } from "../status/facts.ts";
import type { World } from "./world.ts";

/** Writes one name of the zone: this address and no other, or none at all. */
export type UpdateRecord = (hostname: string, address: Ipv6 | null) => Promise<void>;

export interface DnsDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly update: UpdateRecord;
  /** Whether the name server has this address for the name, and no other. Asked from time to time. */
  readonly holds: (hostname: string, address: Ipv6) => Promise<boolean>;
  /** Names outside it are somebody else's. */
  readonly zone: string;
  /** How often records are looked at; 5 s when left out. */
  readonly checkInterval?: Milliseconds;
  /** Called after every attempt, with the names that it was about. */
  readonly onProgress: (hostnames: ReadonlySet<string>) => void;
}

interface Entry {
  wanted: Ipv6 | null;
  /** Undefined: not known. */
  written: Ipv6 | null | undefined;
  failure: string | undefined;
}

const prefix = "dns/";
const retry = seconds(1);
/** Records that were changed by others are found, and put back, this often. */
const checkInterval = seconds(5);

export class DnsSync implements DnsFacts {
  readonly #dependencies: DnsDependencies;
  readonly #entries = new Map<string, Entry>();
  readonly #stored: Set<string>;
  readonly #checkInterval: Milliseconds;
  readonly #wakeups = new Wakeups();

  constructor(dependencies: DnsDependencies) {
    this.#dependencies = dependencies;
    this.#checkInterval = dependencies.checkInterval ?? checkInterval;
    this.#stored = new Set(dependencies.store.list(prefix).records.map(({ key }) => key.slice(prefix.length)));
    for (const hostname of this.#stored)
      this.#entries.set(hostname, { wanted: null, written: undefined, failure: undefined });
  }

  want({ objects, ledger }: World): void {
    const wanted = new Map<string, Ipv6>();
    for (const [key, { object }] of objects.services) {
      const vip = ledger.get(`vip/${key}`);
      if (vip?.kind !== "Vip") continue;
      for (const { hostname } of object.spec.expose) if (this.#inZone(hostname)) wanted.set(hostname, vip.address);
    }
    for (const [hostname, entry] of this.#entries) entry.wanted = wanted.get(hostname) ?? null;
    for (const [hostname, address] of wanted) {
      if (!this.#entries.has(hostname))
        this.#entries.set(hostname, { wanted: address, written: undefined, failure: undefined });
    }
    this.#wakeups.wake();
  }

  problem(hostname: string): string | undefined {
    const entry = this.#entries.get(hostname);
    if (!this.#inZone(hostname) || (entry !== undefined && entry.written === entry.wanted)) return undefined;
    return `the name server does not have ${hostname} yet${entry?.failure === undefined ? "" : `: ${entry.failure}`}`;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const due = [...this.#entries].filter(([, { wanted, written }]) => wanted !== written);
      if (due.length === 0) {
        await this.#rest(signal);
        continue;
      }
      await this.#remember(due.filter(([, { wanted }]) => wanted !== null).map(([hostname]) => hostname));
      const failed = await this.#writeAll(due);
      await this.#forget();
      this.#dependencies.onProgress(new Set(due.map(([hostname]) => hostname)));
      if (failed) await this.#dependencies.clock.sleep(retry, signal).catch(() => {});
    }
  }

  /** Until something is wanted, or it is time to look at what was written. */
  async #rest(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, signal]);
    const woken = this.#wakeups.next(until).then(() => true);
    const late = this.#dependencies.clock.sleep(this.#checkInterval, until).then(
      () => false,
      () => true,
    );
    const early = await Promise.race([woken, late]);
    over.abort();
    if (!early) await this.#check();
  }

  /** A record that is not as it was written counts as not written. */
  async #check(): Promise<void> {
    const { holds, log, onProgress } = this.#dependencies;
    for (const [hostname, entry] of this.#entries) {
      const { written } = entry;
      if (written === null || written === undefined) continue;
      // A name server that does not answer has not lost the record.
      if (await holds(hostname, written).catch(() => true)) continue;
      entry.written = undefined;
      entry.failure = "its record was changed or removed by somebody else";
      log.warn("DnsRecordLost", { hostname, address: written });
      onProgress(new Set([hostname]));
    }
  }

  async #writeAll(due: readonly (readonly [string, Entry])[]): Promise<boolean> {
    const { update, log, metrics } = this.#dependencies;
    let failed = false;
    for (const [hostname, entry] of due) {
      const address = entry.wanted;
      try {
        await update(hostname, address);
        entry.written = address;
        entry.failure = undefined;
        metrics.dnsUpdates.inc({ outcome: "Done" });
        log.info("DnsUpdated", { hostname, address });
      } catch (cause) {
        if (entry.failure === undefined) log.warn("DnsUpdateFailed", { hostname, address, message: messageOf(cause) });
        entry.failure = messageOf(cause);
        metrics.dnsUpdates.inc({ outcome: "Failed" });
        failed = true;
      }
    }
    return failed;
  }

  async #remember(hostnames: readonly string[]): Promise<void> {
    const fresh = hostnames.filter((hostname) => !this.#stored.has(hostname));
    if (fresh.length === 0) return;
    await this.#dependencies.store.commit(
      fresh.map((hostname): StoreWrite => ({ kind: "Put", key: prefix + hostname, value: "{}" })),
    );
    for (const hostname of fresh) this.#stored.add(hostname);
  }

  /** Names that are out of the zone again. */
  async #forget(): Promise<void> {
    const gone = [...this.#entries]
      .filter(([, { wanted, written }]) => wanted === null && written === null)
      .map(([hostname]) => hostname);
    for (const hostname of gone) this.#entries.delete(hostname);
    const stored = gone.filter((hostname) => this.#stored.delete(hostname));
    if (stored.length > 0)
      await this.#dependencies.store.commit(
        stored.map((hostname): StoreWrite => ({ kind: "Delete", key: prefix + hostname })),
      );
  }

  #inZone(hostname: string): boolean {
    return hostname === this.#dependencies.zone || hostname.endsWith(`.${this.#dependencies.zone}`);
  }
}

/** Where no name server is configured, records are somebody else's business. */
export const noDns: DnsFacts = { problem: () => undefined };
