import type { Clock, Milliseconds } from "@netwright/base";
import type { Metrics } from "../metrics.ts";
import { ndjsonResponse } from "./ndjson.ts";
import type { Call } from "./route.ts";

export const json = (value: unknown, status = 200): Response => Response.json(value, { status });

export const text = (value: string, mediaType: string): Response =>
  new Response(value, { headers: { "content-type": mediaType } });

interface Streaming {
  readonly clock: Clock;
  readonly heartbeat: Milliseconds;
  readonly stop: AbortSignal;
  readonly metrics: Pick<Metrics, "streams">;
}

/** A stream that ends when the client goes away or the server stops. */
export function lines(
  call: Call,
  { clock, heartbeat, stop, metrics }: Streaming,
  source: (signal: AbortSignal) => AsyncIterable<unknown>,
): Response {
  return ndjsonResponse((signal) => counted(source(signal), metrics), {
    clock,
    heartbeat,
    signal: AbortSignal.any([call.request.signal, stop]),
  });
}

async function* counted(source: AsyncIterable<unknown>, { streams }: Pick<Metrics, "streams">): AsyncGenerator {
  streams.inc();
  try {
    yield* source;
  } finally {
    streams.dec();
  }
}
