/** What authorities are answered: over port 80 by all proxies of a service, or by a record in the zone. */
import type { Challenges } from "@netwright/compiler";
import { milliseconds, seconds, type Clock } from "@netwright/base";
import type { ProxyChallenge } from "@netwright/contract";
import type { ChallengeRecords } from "@netwright/drivers/dns-rfc2136/index.ts";
import { AcmeFailure } from "./failure.ts";
import type { AcmeRecords, OrderRecord } from "./records.ts";

export interface AnswerDependencies {
  readonly clock: Clock;
  /** Undefined where the server writes no zone. */
  readonly records: ChallengeRecords | undefined;
  /** Gives `challenges` to the proxies. */
  readonly publish: () => Promise<void>;
  /** Whether all proxies of the name's service have what was published last. */
  readonly isPublished: (hostname: string) => boolean;
}

/** Agents apply a challenge in milliseconds; one that cannot is named after this. */
const patience = seconds(60);

export class Answers {
  readonly #dependencies: AnswerDependencies;
  readonly #orders: AcmeRecords<OrderRecord>;
  /** By whoever asked for it: one that was given up may still be on its way out when the next one begins. */
  readonly #published = new Map<object, readonly [hostname: string, challenge: ProxyChallenge]>();
  #challenges: Challenges = new Map();

  constructor(dependencies: AnswerDependencies, orders: AcmeRecords<OrderRecord>) {
    this.#dependencies = dependencies;
    this.#orders = orders;
  }

  /** What authorities ask for now, by hostname. The same value until it changes. */
  get challenges(): Challenges {
    return this.#challenges;
  }

  /** Resolves when every proxy answers. */
  async publish(owner: object, hostname: string, challenge: ProxyChallenge, signal: AbortSignal): Promise<void> {
    const { clock, publish, isPublished } = this.#dependencies;
    this.#published.set(owner, [hostname, challenge]);
    this.#collect();
    await publish();
    const deadline = clock.monotonic() + patience;
    while (!isPublished(hostname)) {
      if (clock.monotonic() > deadline)
        throw new AcmeFailure("NW1621", "ProxyNotProgrammed", "a proxy has not taken over what the authority asks for");
      await clock.sleep(milliseconds(20), signal);
    }
  }

  async withdraw(owner: object, signal: AbortSignal): Promise<void> {
    if (!this.#published.delete(owner)) return;
    this.#collect();
    if (!signal.aborted) await this.#dependencies.publish().catch(() => {});
  }

  /** Remembered before it is written, so that a restart takes it away again. */
  async addRecord(hostname: string, order: OrderRecord, record: string): Promise<OrderRecord> {
    const remembered = await this.#orders.put(hostname, { ...order, record });
    await this.#dependencies.records?.add(hostname, record);
    return remembered;
  }

  async removeRecord(hostname: string): Promise<void> {
    const order = this.#orders.get(hostname);
    if (order?.record === undefined) return;
    await this.#dependencies.records?.remove(hostname, order.record);
    const { record: _, ...rest } = order;
    await this.#orders.put(hostname, rest);
  }

  #collect(): void {
    const byName = Map.groupBy(this.#published.values(), ([hostname]) => hostname);
    this.#challenges = new Map([...byName].map(([hostname, all]) => [hostname, all.map(([, challenge]) => challenge)]));
  }
}
