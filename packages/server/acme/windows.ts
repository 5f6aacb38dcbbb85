/** When authorities want certificates renewed (RFC 9773), as they last said. */
import { isNetwrightError, type Clock, type Instant, type Milliseconds } from "@netwright/base";
import type { Issued } from "../control/certificates.ts";
import type { AcmeClient } from "./client.ts";
import { retryAfterIn } from "./failure.ts";
import { proposedRenewal, usualRenewal, windowPause } from "./renewal.ts";

export interface Renewable {
  readonly hostname: string;
  readonly record: Issued;
  readonly client: AcmeClient;
  /** From 0 to 1: where in a window. */
  readonly chance: number;
}

interface Proposal {
  /** Which certificate it is about. */
  readonly notAfter: Instant;
  readonly at: Instant | undefined;
  readonly askAgain: Instant;
}

export class RenewalWindows {
  readonly #clock: Clock;
  readonly #onHostname: (hostname: string) => void;
  #proposals: ReadonlyMap<string, Proposal> = new Map();

  /** @param onHostname called when a proposal has come */
  constructor(clock: Clock, onHostname: (hostname: string) => void) {
    this.#clock = clock;
    this.#onHostname = onHostname;
  }

  renewAt(hostname: string, record: Issued): Instant {
    const proposal = this.#proposals.get(hostname);
    return (proposal?.notAfter === record.notAfter ? proposal.at : undefined) ?? usualRenewal(record);
  }

  /** When somebody is to be asked again. */
  nextAt(): number | undefined {
    const moments = [...this.#proposals.values()].map(({ askAgain }) => askAgain);
    return moments.length === 0 ? undefined : Math.min(...moments.filter((at) => at > this.#clock.now()));
  }

  /** Asks for those of these that are due; others are forgotten. @returns what is under way because of that. */
  start(renewable: readonly Renewable[]): readonly Promise<void>[] {
    const now = this.#clock.now();
    const due = renewable.filter(({ hostname, record }) => {
      const proposal = this.#proposals.get(hostname);
      return proposal?.notAfter !== record.notAfter || proposal.askAgain <= now;
    });
    const names = new Set(renewable.map(({ hostname }) => hostname));
    this.#proposals = new Map([...this.#proposals].filter(([hostname]) => names.has(hostname)));
    return due.map((each) => this.#ask(each));
  }

  /** An authority that does not answer is asked again later; meanwhile the usual moment holds. */
  async #ask({ hostname, record, client, chance }: Renewable): Promise<void> {
    const { notAfter } = record;
    const propose = (at?: Instant, pause?: Milliseconds): void => {
      const askAgain = (this.#clock.now() + windowPause(pause)) as Instant;
      this.#proposals = new Map([...this.#proposals, [hostname, { notAfter, at, askAgain }]]);
    };
    propose();
    try {
      const { renewalId } = await import("../ca/signing-request.ts");
      const id = renewalId(record.pem);
      const answer = id === undefined ? undefined : await client.renewalInfo(id);
      if (answer === undefined) return;
      const at = proposedRenewal(answer.value, { since: record.notBefore, ...record }, chance);
      propose(at, retryAfterIn(answer.retryAfter, this.#clock.now()));
      this.#onHostname(hostname);
    } catch (failure) {
      if (!isNetwrightError(failure)) throw failure;
    }
  }
}
