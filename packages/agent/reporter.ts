/**
 * Tells the server what is: at once when something changed, and at least every heartbeat, so that silence means trouble.
 * What could not be sent is not queued: the next try sends what is true then.
 */
import { milliseconds, type Clock, type Milliseconds } from "@netwright/base";
import type { NodeReport } from "@netwright/contract";
import { Waiter } from "./waiter.ts";

/** What a report is made of, beside its time. */
export type Facts = Omit<NodeReport, "at">;

const heartbeat = milliseconds(2000);
/**
 * After a change the server waits for a look at connections that came later, by a second, than the last node's change. What drains
 * goes the sooner for it.
 */
const soon = milliseconds(1050);
const attention = milliseconds(4000);
const retry = milliseconds(250);

export class Reporter {
  #facts: Facts | undefined;
  #sent: string | undefined;
  #revision: number | undefined;
  /** When something of another revision was told. */
  #changedAt: Milliseconds | undefined;
  readonly #send: (report: NodeReport) => Promise<void>;
  readonly #clock: Clock;
  readonly #waiter: Waiter;

  /** @param send rejects when the report did not arrive; it says itself why. */
  constructor(send: (report: NodeReport) => Promise<void>, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
    this.#waiter = new Waiter(clock);
  }

  tell(facts: Facts): void {
    this.#facts = facts;
    if (newsOf(facts) !== this.#sent) this.#waiter.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const arrived = this.#facts === undefined || (await this.#deliver(this.#facts));
      await this.#waiter.rest(arrived ? this.#beat : retry, signal);
    }
  }

  get #beat(): Milliseconds {
    const isNew = this.#changedAt !== undefined && this.#clock.monotonic() - this.#changedAt < attention;
    return isNew ? soon : heartbeat;
  }

  async #deliver(facts: Facts): Promise<boolean> {
    const text = newsOf(facts);
    try {
      await this.#send({ ...facts, at: this.#clock.now() });
    } catch {
      return false;
    }
    this.#sent = text;
    if (this.#revision !== undefined && this.#revision !== facts.revision) this.#changedAt = this.#clock.monotonic();
    this.#revision = facts.revision;
    return true;
  }
}

/** What changes all the time, as connections come and go, volumes fill and names are looked up again: told with the next. */
const restless = new Set(["connections", "usedBytes", "goodUntil"]);

const newsOf = (facts: Facts): string =>
  JSON.stringify(facts, (key, value: unknown) => (restless.has(key) ? undefined : value));
