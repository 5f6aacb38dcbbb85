/** Newline-delimited JSON: one object per line; empty lines are heartbeats, so that both ends notice a dead connection. */
import { problemOf } from "@netwright/api";
import type { Clock, Milliseconds } from "@netwright/base";
import { asNetwrightError, statusOf } from "./problem.ts";

export interface StreamOptions {
  readonly clock: Clock;
  readonly heartbeat: Milliseconds;
  /** Ends the stream: the client went away or the server stops. */
  readonly signal: AbortSignal;
}

/** Sends every value of `source(signal)` as one line. An error ends the stream with a line `{"problem": ...}`. */
export function ndjsonResponse(
  source: (signal: AbortSignal) => AsyncIterable<unknown>,
  options: StreamOptions,
): Response {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const lines = withHeartbeats(source(signal), options, signal);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { value, done } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => stop.abort(),
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" } });
}

async function* withHeartbeats(
  source: AsyncIterable<unknown>,
  options: StreamOptions,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const iterator = source[Symbol.asyncIterator]();
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  let next = iterator.next();
  let pulse = beat(options, ended);
  // The first line goes out at once, so that the client sees the headers and knows that it is connected.
  yield "\n";
  try {
    for (;;) {
      const result = await Promise.race([next, pulse]);
      if (result === "ended" || (result !== "beat" && result.done === true)) return;
      if (result === "beat") {
        yield "\n";
        pulse = beat(options, ended);
      } else {
        yield `${JSON.stringify(result.value)}\n`;
        next = iterator.next();
      }
    }
  } catch (error) {
    const failure = asNetwrightError(error);
    yield `${JSON.stringify({ problem: problemOf(failure, statusOf(failure)) })}\n`;
  } finally {
    over.abort();
    next.catch(() => {});
    await iterator.return?.();
  }
}

/** Never rejects, so that nobody has to wait for it. */
async function beat({ clock, heartbeat }: StreamOptions, signal: AbortSignal): Promise<"beat" | "ended"> {
  try {
    await clock.sleep(heartbeat, signal);
    return "beat";
  } catch {
    return "ended";
  }
}
