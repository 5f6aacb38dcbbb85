/**
 * Orders certificates of ACME issuers and renews them in time. Level-triggered: it looks at what is wanted and what is
 * there, and begins what is due; one order per name at a time, whatever number of hosts serves it.
 */
import type { CertificateIssuer } from "@netwright/api";
import type { Challenges } from "@netwright/compiler";
import { isNetwrightError, milliseconds, seconds, type Instant } from "@netwright/base";
import { Wakeups } from "@netwright/store";
import type { Certificates } from "../control/certificates.ts";
import { Accounts, type AccountDependencies } from "./accounts.ts";
import { Answers, type AnswerDependencies } from "./answers.ts";
import { Attempt, type Obstacle } from "./attempt.ts";
import { AcmeFailure } from "./failure.ts";
import { Ordering, type Entry, type OrderingDependencies } from "./ordering.ts";
import { AcmeRecords, orderPrefix, type OrderRecord } from "./records.ts";
import { RenewalWindows, type Renewable } from "./windows.ts";

export interface OrderDependencies extends AccountDependencies, AnswerDependencies, OrderingDependencies {}

const ordersAtOnce = 4;
const longestRest = seconds(3600);

export class AcmeOrders {
  readonly #dependencies: OrderDependencies;
  readonly #accounts: Accounts;
  readonly #orders: AcmeRecords<OrderRecord>;
  readonly #answers: Answers;
  readonly #ordering: Ordering;
  readonly #entries = new Map<string, Entry>();
  readonly #windows: RenewalWindows;
  readonly #wakeups = new Wakeups();

  constructor(dependencies: OrderDependencies) {
    this.#dependencies = dependencies;
    this.#accounts = new Accounts(dependencies);
    this.#orders = new AcmeRecords(dependencies.store, dependencies.sealer, orderPrefix);
    this.#answers = new Answers(dependencies, this.#orders);
    const parts = { accounts: this.#accounts, orders: this.#orders, answers: this.#answers };
    this.#ordering = new Ordering(dependencies, parts);
    this.#windows = new RenewalWindows(dependencies.clock, dependencies.onHostname);
  }

  /** What authorities ask for now, by hostname. The same value until it changes. */
  get challenges(): Challenges {
    return this.#answers.challenges;
  }

  /** @param names hostname to issuer */
  want(issuers: ReadonlyMap<string, CertificateIssuer>, names: ReadonlyMap<string, CertificateIssuer>): void {
    const { clock, entropy } = this.#dependencies;
    this.#accounts.want(issuers);
    for (const [hostname, entry] of this.#entries) {
      if (names.has(hostname)) continue;
      entry.attempt.reset();
      this.#entries.delete(hostname);
    }
    for (const [hostname, issuer] of names) {
      const entry = this.#entries.get(hostname);
      if (entry !== undefined && entry.issuer !== issuer) {
        if (JSON.stringify(entry.issuer.spec) !== JSON.stringify(issuer.spec)) entry.attempt.reset();
        entry.issuer = issuer;
      }
      if (entry === undefined) {
        const attempt = new Attempt(clock, entropy);
        this.#entries.set(hostname, { issuer, attempt });
      }
    }
    this.#wakeups.wake();
  }

  /** Why a name has no certificate of its issuer yet, or why the next one is not to be had; undefined when all is well. */
  obstacle(hostname: string): Obstacle | undefined {
    const entry = this.#entries.get(hostname);
    if (entry === undefined) return undefined;
    const { name } = entry.issuer.metadata;
    if (entry.attempt.obstacle !== undefined) return entry.attempt.obstacle;
    const renewAt = this.#renewAt(hostname, entry);
    if (renewAt !== undefined && renewAt > this.#dependencies.clock.now()) return undefined;
    const account = this.#accounts.obstacle(name);
    if (account !== undefined || renewAt !== undefined) return account;
    return { reason: "Issuing", message: `ordered from CertificateIssuer ${name}` };
  }

  renewalOf(hostname: string): Instant | undefined {
    const entry = this.#entries.get(hostname);
    return entry === undefined ? undefined : this.#renewAt(hostname, entry);
  }

  issuerFacts(name: string): { readonly account: string | undefined; readonly obstacle: Obstacle | undefined } {
    return { account: this.#accounts.account(name), obstacle: this.#accounts.obstacle(name) };
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const working = new Set<Promise<void>>();
    const begin = (work: Promise<void>): void => {
      working.add(work);
      void work.finally(() => {
        working.delete(work);
        this.#wakeups.wake();
      });
    };
    while (!signal.aborted) {
      for (const work of this.#accounts.start(signal)) begin(work);
      await this.#abandon();
      for (const [hostname, entry] of this.#due()) {
        if (this.#running() >= ordersAtOnce) break;
        begin(this.#attempt(hostname, entry, signal));
      }
      for (const work of this.#windows.start(this.#renewable())) begin(work);
      await this.#rest(signal);
    }
    await Promise.all(working);
  }

  #running(): number {
    return [...this.#entries.values()].filter(({ attempt }) => attempt.isRunning).length;
  }

  #due(): readonly (readonly [string, Entry])[] {
    const now = this.#dependencies.clock.now();
    return [...this.#entries].filter(
      ([hostname, entry]) =>
        !entry.attempt.isRunning &&
        this.#accounts.client(entry.issuer.metadata.name) !== undefined &&
        this.#dueAt(hostname, entry) <= now,
    );
  }

  #dueAt(hostname: string, entry: Entry): number {
    return Math.max(entry.attempt.retryAt, this.#renewAt(hostname, entry) ?? 0);
  }

  /** Undefined when there is no certificate of its issuer. */
  #renewAt(hostname: string, entry: Entry): Instant | undefined {
    const record = this.#ownRecord(hostname, entry);
    return record === undefined ? undefined : this.#windows.renewAt(hostname, record);
  }

  #ownRecord(hostname: string, { issuer }: Entry): ReturnType<Certificates["record"]> {
    const record = this.#dependencies.certificates.record(hostname);
    return record?.issuer === issuer.metadata.name ? record : undefined;
  }

  /** Names that have a certificate of their issuer, and whom to ask about it. */
  #renewable(): readonly Renewable[] {
    const { certificates } = this.#dependencies;
    return [...this.#entries].flatMap(([hostname, { issuer, attempt }]) => {
      const record = certificates.record(hostname);
      const client = this.#accounts.client(issuer.metadata.name);
      if (attempt.isRunning || client === undefined || record?.issuer !== issuer.metadata.name) return [];
      return [{ hostname, record, client, chance: attempt.chance() }];
    });
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const { clock } = this.#dependencies;
    const now = clock.now();
    const waiting = [...this.#entries].filter(
      ([, { attempt, issuer }]) => !attempt.isRunning && this.#accounts.client(issuer.metadata.name) !== undefined,
    );
    const moments = [
      ...waiting.map(([hostname, entry]) => this.#dueAt(hostname, entry)),
      this.#windows.nextAt() ?? Infinity,
      this.#accounts.nextAt() ?? Infinity,
    ].filter((at) => at > now);
    const span = Math.min(longestRest, ...moments.map((at) => at - now));
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, signal]);
    await Promise.race([this.#wakeups.next(until), clock.sleep(milliseconds(span), until).catch(() => {})]);
    over.abort();
  }

  /** Orders of names that nobody wants any more are left to the authority, where they expire; their records go. */
  async #abandon(): Promise<void> {
    for (const hostname of this.#orders.names()) {
      if (this.#entries.has(hostname)) continue;
      await this.#answers.removeRecord(hostname);
      await this.#orders.delete(hostname);
    }
  }

  async #attempt(hostname: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { log, onHostname, countOrder } = this.#dependencies;
    const { name } = entry.issuer.metadata;
    const renewed = this.#ownRecord(hostname, entry);
    const lifetime = renewed === undefined ? undefined : milliseconds(renewed.notAfter - renewed.notBefore);
    const failure = await entry.attempt.run((own) => this.#ordering.order(hostname, entry, own), signal, lifetime);
    await this.#answers.removeRecord(hostname).catch(() => {});
    await this.#answers.withdraw(entry, signal);
    if (failure !== undefined) {
      countOrder(name, "Failed");
      log.warn("CertificateFailed", { hostname, issuer: name, message: entry.attempt.obstacle?.message });
      // An order that was refused leads nowhere; one whose authority was silent may.
      if (isNetwrightError(failure) && failure.code !== "NW1621") await this.#orders.delete(hostname);
      if (failure instanceof AcmeFailure && failure.type === "accountDoesNotExist") {
        await this.#accounts.lost(name);
        entry.attempt.reset();
      }
    }
    onHostname(hostname);
  }
}
