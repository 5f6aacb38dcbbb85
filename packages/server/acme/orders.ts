/**
 * Orders certificates of ACME issuers and renews them in time. Level-triggered: it looks at what is wanted and what is
 * there, and begins what is due; one order per name at a time, whatever number of hosts serves it.
 */
import type { CertificateIssuer } from "@netwright/api";
import type { Challenges } from "@netwright/compiler";
import { isNetwrightError, milliseconds, seconds, type Instant } from "@netwright/base";
import type { ProxyChallenge } from "@netwright/contract";
import type { ChallengeRecords } from "@netwright/drivers/dns-rfc2136/index.ts";
import { Wakeups } from "@netwright/store";
import { servedCertificate } from "../ca/chain.ts";
import type { Certificates } from "../control/certificates.ts";
import { Accounts, type AccountDependencies } from "./accounts.ts";
import { Attempt, type Obstacle } from "./attempt.ts";
import type { AcmeClient } from "./client.ts";
import { AcmeFailure } from "./failure.ts";
import { keyAuthorization, newAccountKey, privateKey, recordContent } from "./jws.ts";
import { obtain } from "./order.ts";
import { AcmeRecords, orderPrefix, type OrderRecord } from "./records.ts";
import { RenewalWindows, type Renewable } from "./windows.ts";

export interface OrderDependencies extends Omit<AccountDependencies, "onIssuer"> {
  readonly certificates: Certificates;
  /** Undefined where the server writes no zone. */
  readonly records: ChallengeRecords | undefined;
  readonly countOrder: (issuer: string, outcome: "Issued" | "Failed") => void;
  /** Why an authority that asked now would not be answered; undefined when it would. */
  readonly obstacleTo: (hostname: string) => Obstacle | undefined;
  /** Gives `challenges` to the proxies. */
  readonly publish: () => Promise<void>;
  /** Whether all proxies of the name's service have what was published last. */
  readonly isPublished: (hostname: string) => boolean;
  readonly onHostname: (hostname: string) => void;
  readonly onIssuer: (name: string) => void;
}

interface Entry {
  issuer: CertificateIssuer;
  readonly attempt: Attempt;
  challenge: ProxyChallenge | undefined;
}

const ordersAtOnce = 4;
/** How often it is looked whether an authority would be answered by now. */
const look = milliseconds(250);
/** Agents apply a challenge in milliseconds; one that cannot is named after this. */
const publishPatience = seconds(60);
const longestRest = seconds(3600);

export class AcmeOrders {
  readonly #dependencies: OrderDependencies;
  readonly #accounts: Accounts;
  readonly #orders: AcmeRecords<OrderRecord>;
  readonly #entries = new Map<string, Entry>();
  readonly #windows: RenewalWindows;
  readonly #wakeups = new Wakeups();
  #challenges: Challenges = new Map();

  constructor(dependencies: OrderDependencies) {
    this.#dependencies = dependencies;
    this.#accounts = new Accounts(dependencies);
    this.#orders = new AcmeRecords(dependencies.store, dependencies.sealer, orderPrefix);
    this.#windows = new RenewalWindows(dependencies.clock, dependencies.onHostname);
  }

  /** What authorities ask for now, by hostname. The same value until it changes. */
  get challenges(): Challenges {
    return this.#challenges;
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
        this.#entries.set(hostname, { issuer, attempt, challenge: undefined });
      }
    }
    this.#wakeups.wake();
  }

  /** Why a name has no certificate of its issuer yet, or why renewing fails; undefined when nothing is to be said. */
  obstacle(hostname: string): Obstacle | undefined {
    const entry = this.#entries.get(hostname);
    if (entry === undefined) return undefined;
    const { name } = entry.issuer.metadata;
    const isNeeded = this.#dependencies.certificates.record(hostname)?.issuer !== name;
    if (entry.attempt.obstacle !== undefined) return entry.attempt.obstacle;
    if (!isNeeded) return undefined;
    const account = this.#accounts.obstacle(name);
    return account ?? { reason: "Issuing", message: `ordered from CertificateIssuer ${name}` };
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
  #renewAt(hostname: string, { issuer }: Entry): Instant | undefined {
    const record = this.#dependencies.certificates.record(hostname);
    return record?.issuer === issuer.metadata.name ? this.#windows.renewAt(hostname, record) : undefined;
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
      await this.#cleanUp(hostname);
      await this.#orders.delete(hostname);
    }
  }

  async #attempt(hostname: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { log, onHostname, countOrder } = this.#dependencies;
    const { name } = entry.issuer.metadata;
    const failure = await entry.attempt.run((own) => this.#order(hostname, entry, own), signal);
    await this.#cleanUp(hostname).catch(() => {});
    await this.#withdraw(entry, signal);
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

  async #order(hostname: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { certificates, clock, countOrder, log } = this.#dependencies;
    const { issuer } = entry;
    const { name } = issuer.metadata;
    const { challenge, directory } = issuer.spec.acme;
    await this.#untilReachable(hostname, entry, signal);
    const client = this.#accounts.client(name);
    if (client === undefined)
      throw new AcmeFailure("NW1621", "AccountRefused", `CertificateIssuer ${name} has no account`);
    const begun = this.#orders.get(hostname);
    const isOurs = begun?.issuer === name && begun.directory === directory;
    let order = isOurs ? begun : await this.#orders.put(hostname, { issuer: name, directory, key: newAccountKey() });
    const { signingRequest } = await import("../ca/signing-request.ts");
    const chain = await obtain({
      client,
      clock,
      signal,
      hostname,
      challenge,
      url: order.url,
      replaces: await this.#replaces(hostname, name, client),
      signingRequest: () => signingRequest(hostname, order.key),
      began: async (url) => void (order = await this.#orders.put(hostname, { ...order, url })),
      answer: async (token) => {
        const account = this.#accountKey(name);
        const answer = keyAuthorization(account, token);
        if (challenge === "dns-01") order = await this.#addRecord(hostname, order, recordContent(answer));
        else await this.#publish(hostname, entry, { token, answer }, signal);
      },
    });
    const served = servedCertificate(chain, order.key, hostname);
    signal.throwIfAborted();
    await this.#cleanUp(hostname);
    await certificates.offer(hostname, { ...served, issuer: name, since: clock.now() }, [
      this.#orders.deletion(hostname),
    ]);
    this.#orders.forget(hostname);
    countOrder(name, "Issued");
    log.info("CertificateIssued", { hostname, issuer: name, notAfter: new Date(served.notAfter).toISOString() });
  }

  #accountKey(name: string): ReturnType<typeof privateKey> {
    const key = this.#accounts.key(name);
    if (key === undefined) throw new RangeError(`Invariant: issuer ${name} has an account`);
    return privateKey(key);
  }

  /** Until an authority that asks would be answered: asking it earlier costs one of few tries. */
  async #untilReachable(hostname: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { clock, obstacleTo, onHostname, records } = this.#dependencies;
    if (entry.issuer.spec.acme.challenge === "dns-01") {
      if (records !== undefined) return;
      throw new AcmeFailure("NW1622", "NoNameServer", "dns-01 needs a server that writes a zone (--dns-server)");
    }
    for (;;) {
      const obstacle = obstacleTo(hostname);
      if (obstacle?.message !== entry.attempt.obstacle?.message) {
        entry.attempt.obstacle = obstacle;
        onHostname(hostname);
      }
      if (obstacle === undefined) return;
      await clock.sleep(look, signal);
    }
  }

  async #publish(hostname: string, entry: Entry, challenge: ProxyChallenge, signal: AbortSignal): Promise<void> {
    const { clock, publish, isPublished } = this.#dependencies;
    entry.challenge = challenge;
    this.#collect();
    await publish();
    const deadline = clock.monotonic() + publishPatience;
    while (!isPublished(hostname)) {
      if (clock.monotonic() > deadline)
        throw new AcmeFailure("NW1621", "ProxyNotProgrammed", "a proxy has not taken over what the authority asks for");
      await clock.sleep(milliseconds(20), signal);
    }
  }

  async #withdraw(entry: Entry, signal: AbortSignal): Promise<void> {
    if (entry.challenge === undefined) return;
    entry.challenge = undefined;
    this.#collect();
    if (!signal.aborted) await this.#dependencies.publish().catch(() => {});
  }

  #collect(): void {
    const asked = [...this.#entries].flatMap(([hostname, { challenge }]) =>
      challenge === undefined ? [] : [[hostname, [challenge]] as const],
    );
    this.#challenges = new Map(asked);
  }

  /** Remembered before it is written, so that a restart takes it away again. */
  async #addRecord(hostname: string, order: OrderRecord, record: string): Promise<OrderRecord> {
    const { records } = this.#dependencies;
    const remembered = await this.#orders.put(hostname, { ...order, record });
    await records?.add(hostname, record);
    return remembered;
  }

  async #cleanUp(hostname: string): Promise<void> {
    const order = this.#orders.get(hostname);
    if (order?.record === undefined) return;
    await this.#dependencies.records?.remove(hostname, order.record);
    const { record: _, ...rest } = order;
    await this.#orders.put(hostname, rest);
  }

  /** Only of a certificate that the same authority made. */
  async #replaces(hostname: string, issuer: string, client: AcmeClient): Promise<string | undefined> {
    const record = this.#dependencies.certificates.record(hostname);
    if (record?.issuer !== issuer || (await client.directory()).renewalInfo === undefined) return undefined;
    const { renewalId } = await import("../ca/signing-request.ts");
    return renewalId(record.pem);
  }
}
