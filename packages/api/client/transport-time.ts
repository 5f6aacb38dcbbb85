/** What time it is at a server, without a token: also for a machine whose clock is so wrong that TLS fails. */
import { request } from "node:https";
import { NetwrightError, type Clock, type Instant } from "@netwright/base";
import { unreachable } from "./unreachable.ts";

export interface ServerTime {
  /** Whole seconds: the header `Date` (RFC 9110 section 6.6.1). */
  readonly server: Instant;
  /** By the given clock, before and after. */
  readonly sent: Instant;
  readonly received: Instant;
}

const patienceMs = 5000;

/** @throws NW1505 when nobody answers. */
export function serverTime(url: string, clock: Pick<Clock, "now">): Promise<ServerTime> {
  return new Promise((resolve, reject) => {
    const sent = clock.now();
    // Nothing is sent but the question, and the answer is compared and not used: whose certificate it is does not matter.
    const options = { method: "HEAD", rejectUnauthorized: false, agent: false, timeout: patienceMs } as const;
    const fail = (error: unknown): void => reject(unreachable(error, { kind: "Https", url }));
    const outgoing = request(new URL("/livez", url), options, (incoming) => {
      incoming.resume();
      const server = Date.parse(incoming.headers.date ?? "");
      if (Number.isNaN(server)) fail(new NetwrightError("NW1505", `${url} does not say what time it is`));
      else resolve({ server: server as Instant, sent, received: clock.now() });
    });
    outgoing.on("timeout", () => outgoing.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    outgoing.on("error", fail);
    outgoing.end();
  });
}
