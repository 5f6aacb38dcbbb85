import type { Event } from "@netwright/api";
import { publicEvent } from "../auth/private-text.ts";
import { isVisibleName, scopeOf } from "../auth/scope.ts";
import { json, lines } from "../http/answers.ts";
import { booleanQuery, integerQuery } from "../http/query.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";
import { watchParameters } from "./parameters.ts";

export const eventRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/events",
    summary: "What happened, oldest first.",
    access: "Viewer",
    reach: "Project",
    query: [
      ...watchParameters,
      { name: "for", type: "string", summary: "Only about this object, for example service/shop." },
    ],
    answer: { kind: "ObjectOrLines", schema: "EventList", line: "Event" },
    handle: (call) => events(context, call),
  },
];

function events(context: ServerContext, call: Call): Response {
  const { log } = context.events;
  const since = integerQuery(call, "since");
  const wanted = call.url.searchParams.get("for");
  const scope = scopeOf(call.subject);
  const concerns = (event: Event): boolean =>
    event.revision > (since ?? 0) && (wanted === null || event.object === wanted) && isVisibleName(scope, event.object);
  const shown = (event: Event): Event => (scope === null ? event : publicEvent(event));
  const known = (): readonly Event[] => log.changes().filter(concerns).map(shown);
  if (!booleanQuery(call, "watch")) return json({ items: known(), revision: log.revision() });
  if (since !== undefined) log.check(since);
  return lines(call, context, async function* (signal) {
    const from = since ?? log.revision();
    if (since === undefined) yield* known();
    for await (const event of log.watch(from, signal)) if (concerns(event)) yield shown(event);
  });
}
