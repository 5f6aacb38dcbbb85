/** One order of a hostname, from the moment its authority could look until the certificate is stored. */
import type { CertificateIssuer } from "@netwright/api";
import { milliseconds, NetwrightError, type Clock, type Log } from "@netwright/base";
import type { ChallengeRecords } from "@netwright/drivers/dns-rfc2136/index.ts";
import { servedCertificate } from "../ca/chain.ts";
import type { Certificates } from "../control/certificates.ts";
import type { Accounts } from "./accounts.ts";
import type { Answers } from "./answers.ts";
import type { Attempt, Obstacle } from "./attempt.ts";
import type { AcmeClient } from "./client.ts";
import { AcmeFailure } from "./failure.ts";
import { keyAuthorization, newAccountKey, privateKey, recordContent } from "./jws.ts";
import { obtain } from "./order.ts";
import type { AcmeRecords, OrderRecord } from "./records.ts";

/** A hostname that is ordered. */
export interface Entry {
  issuer: CertificateIssuer;
  readonly attempt: Attempt;
}

export interface OrderingDependencies {
  readonly clock: Clock;
  readonly log: Log;
  readonly certificates: Certificates;
  readonly records: ChallengeRecords | undefined;
  readonly countOrder: (issuer: string, outcome: "Issued" | "Failed") => void;
  /** Why an authority that asked now would not be answered; undefined when it would. */
  readonly obstacleTo: (hostname: string) => Obstacle | undefined;
  readonly onHostname: (hostname: string) => void;
}

interface Parts {
  readonly accounts: Accounts;
  readonly orders: AcmeRecords<OrderRecord>;
  readonly answers: Answers;
}

/** How often it is looked whether an authority would be answered by now. */
const look = milliseconds(250);

export class Ordering {
  readonly #dependencies: OrderingDependencies;
  readonly #parts: Parts;

  constructor(dependencies: OrderingDependencies, parts: Parts) {
    this.#dependencies = dependencies;
    this.#parts = parts;
  }

  async order(hostname: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { certificates, clock, countOrder, log } = this.#dependencies;
    const { accounts, orders, answers } = this.#parts;
    const { issuer } = entry;
    const { name } = issuer.metadata;
    await this.#untilReachable(hostname, entry, signal);
    const client = accounts.client(name);
    if (client === undefined)
      throw new AcmeFailure("NW1621", "AccountRefused", `CertificateIssuer ${name} has no account`);
    const { chain, key } = await this.#obtain(hostname, entry, client, signal);
    const served = servedCertificate(chain, key, hostname);
    if ("message" in served) throw new NetwrightError("NW1623", `what the authority signed ${served.message}`);
    signal.throwIfAborted();
    await answers.removeRecord(hostname);
    await certificates.offer(hostname, { ...served, issuer: name, since: clock.now() }, [orders.deletion(hostname)]);
    orders.forget(hostname);
    countOrder(name, "Issued");
    log.info("CertificateIssued", { hostname, issuer: name, notAfter: new Date(served.notAfter).toISOString() });
  }

  async #obtain(
    hostname: string,
    entry: Entry,
    client: AcmeClient,
    signal: AbortSignal,
  ): Promise<{ readonly chain: string; readonly key: string }> {
    const { orders, answers } = this.#parts;
    const { name } = entry.issuer.metadata;
    const { challenge, directory } = entry.issuer.spec.acme;
    const begun = orders.get(hostname);
    const isOurs = begun?.issuer === name && begun.directory === directory;
    let order = isOurs ? begun : await orders.put(hostname, { issuer: name, directory, key: newAccountKey() });
    const { signingRequest } = await import("../ca/signing-request.ts");
    const chain = await obtain({
      client,
      clock: this.#dependencies.clock,
      signal,
      hostname,
      challenge,
      url: order.url,
      replaces: await this.#replaces(hostname, name, client),
      signingRequest: () => signingRequest(hostname, order.key),
      began: async (url) => void (order = await orders.put(hostname, { ...order, url })),
      answer: async (token) => {
        const answer = keyAuthorization(this.#accountKey(name), token);
        if (challenge === "dns-01") order = await answers.addRecord(hostname, order, recordContent(answer));
        else await answers.publish(entry, hostname, { token, answer }, signal);
      },
    });
    return { chain, key: order.key };
  }

  #accountKey(name: string): ReturnType<typeof privateKey> {
    const key = this.#parts.accounts.key(name);
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

  /** Only of a certificate that the same authority made. */
  async #replaces(hostname: string, issuer: string, client: AcmeClient): Promise<string | undefined> {
    const record = this.#dependencies.certificates.record(hostname);
    if (record?.issuer !== issuer || (await client.directory()).renewalInfo === undefined) return undefined;
    const { renewalId } = await import("../ca/signing-request.ts");
    return renewalId(record.pem);
  }
}
