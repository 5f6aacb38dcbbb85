/**
 * What the server asks of agents (logs, exec). An agent takes requests from its own connection and posts the output,
 * which goes on to the waiting client as it comes.
 */
import type { AgentRequest } from "@netwright/api";
import { NetwrightError, seconds, type Clock, type Entropy } from "@netwright/base";
import { Wakeups } from "@netwright/store";

type Unsent = AgentRequest extends infer R ? (R extends { readonly id: string } ? Omit<R, "id"> : never) : never;

interface Waiting {
  readonly node: string;
  readonly deliver: (output: ReadableStream<Uint8Array>) => void;
}

interface Inbox {
  readonly requests: AgentRequest[];
  readonly wakeups: Wakeups;
  /** Counts connections of the agent: only the newest one takes requests, an older one may be dead already. */
  connection: number;
}

/** How long an agent may take to start answering. */
const patience = seconds(10);

export class AgentRequests {
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #inboxes = new Map<string, Inbox>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock;
    this.#entropy = entropy;
  }

  /**
   * Sends a request and resolves with its output once the agent starts to answer. Cancelling the stream, or the
   * signal, tells the agent to stop.
   * @throws NW1605 when it does not answer in time.
   */
  async ask(node: string, request: Unsent, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const id = Buffer.from(this.#entropy.bytes(8)).toString("hex");
    const { promise, resolve } = Promise.withResolvers<ReadableStream<Uint8Array>>();
    this.#waiting.set(id, { node, deliver: resolve });
    this.#send(node, { ...request, id });
    const over = new AbortController();
    const late = this.#clock.sleep(patience, AbortSignal.any([over.signal, signal])).catch(() => {});
    try {
      const output = await Promise.race([promise, late]);
      if (output !== undefined) return this.#cancellable(node, id, output);
      this.#cancel(node, id);
      throw new NetwrightError("NW1605", `the agent of ${node} did not answer`, { subject: `host/${node}` });
    } finally {
      over.abort();
      this.#waiting.delete(id);
    }
  }

  /** The agent's answer. @throws NW1501 when nobody waits for it (any more). */
  answer(node: string, id: string, output: ReadableStream<Uint8Array>): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || waiting.node !== node) {
      throw new NetwrightError("NW1501", `nobody waits for the output of request ${id}`, { subject: `request/${id}` });
    }
    this.#waiting.delete(id);
    const { promise, resolve } = Promise.withResolvers<void>();
    const relay = new TransformStream<Uint8Array, Uint8Array>({ flush: () => resolve() });
    output
      .pipeTo(relay.writable)
      .catch(() => {})
      .finally(resolve);
    waiting.deliver(relay.readable);
    return promise;
  }

  /** Requests to this node as they come, first those that wait already. */
  async *watch(node: string, signal: AbortSignal): AsyncGenerator<AgentRequest, void> {
    const inbox = this.#inbox(node);
    const mine = ++inbox.connection;
    inbox.wakeups.wake();
    while (!signal.aborted && inbox.connection === mine) {
      const request = inbox.requests.shift();
      if (request === undefined) await inbox.wakeups.next(signal);
      else if (request.kind === "Cancel" || this.#waiting.has(request.id)) yield request;
    }
  }

  #send(node: string, request: AgentRequest): void {
    const inbox = this.#inbox(node);
    inbox.requests.push(request);
    inbox.wakeups.wake();
  }

  /** A request that was not fetched yet is taken back; else the agent is told. */
  #cancel(node: string, target: string): void {
    const { requests } = this.#inbox(node);
    const index = requests.findIndex((request) => request.id === target);
    if (index >= 0) requests.splice(index, 1);
    else this.#send(node, { kind: "Cancel", id: Buffer.from(this.#entropy.bytes(8)).toString("hex"), target });
  }

  #cancellable(node: string, id: string, output: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = output.getReader();
    return new ReadableStream({
      pull: async (controller) => {
        const { value, done } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => {
        this.#cancel(node, id);
        await reader.cancel(reason);
      },
    });
  }

  #inbox(node: string): Inbox {
    const inbox = this.#inboxes.get(node) ?? { requests: [], wakeups: new Wakeups(), connection: 0 };
    this.#inboxes.set(node, inbox);
    return inbox;
  }
}
