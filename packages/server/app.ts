import { isNetwrightError, messageOf } from "@netwright/base";
import type { Hono } from "hono";
import { mount } from "./http/mount.ts";
import type { ServerContext } from "./routes/context.ts";
import { routesOf } from "./routes/index.ts";

/** The HTTP API: every route, a token check before each, every failure as problem details. */
export function createApp(context: ServerContext): Hono {
  const { log, metrics, tokens } = context;
  return mount(routesOf(context), {
    verify: (token) => tokens.verify(token),
    onAnswer: ({ method, route, status, failure }) => {
      metrics.requests.inc({ method, route, status: String(status) });
      if (status !== 500 || failure === undefined) return;
      const stack = isNetwrightError(failure) || !(failure instanceof Error) ? undefined : failure.stack;
      log.error("CallFailed", { method, route, status, message: messageOf(failure), stack });
    },
  });
}
