/** Every request and what became of it, for who looks for a fault. Without queries and bodies. */
import type { Clock, Log } from "@netwright/base";
import type { Fetch } from "./listen.ts";

export const logged =
  (fetch: Fetch, clock: Pick<Clock, "monotonic">, log: Pick<Log, "debug">): Fetch =>
  async (request) => {
    const start = clock.monotonic();
    const response = await fetch(request);
    const took = Math.round(clock.monotonic() - start);
    log.debug("Request", {
      method: request.method,
      path: new URL(request.url).pathname,
      status: response.status,
      took,
    });
    return response;
  };
