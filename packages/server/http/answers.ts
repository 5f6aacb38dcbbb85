import type { Clock, Milliseconds } from "@netwright/base";
import { ndjsonResponse } from "./ndjson.ts";
import type { Call } from "./route.ts";

export const json = (value: unknown, status = 200): Response => Response.json(value, { status });

export const text = (value: string, mediaType: string): Response =>
  new Response(value, { headers: { "content-type": mediaType } });

/** A stream that ends when the client goes away or the server stops. */
export function lines(
  call: Call,
  { clock, heartbeat, stop }: { readonly clock: Clock; readonly heartbeat: Milliseconds; readonly stop: AbortSignal },
  source: (signal: AbortSignal) => AsyncIterable<unknown>,
): Response {
  return ndjsonResponse(source, { clock, heartbeat, signal: AbortSignal.any([call.request.signal, stop]) });
}
