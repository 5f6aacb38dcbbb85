import { json } from "../http/answers.ts";
import type { Route } from "../http/route.ts";
import { openapi } from "../openapi/openapi.ts";
import { proofRoutes } from "./proof.ts";
import { rolloutRoutes } from "./rollout.ts";
import { applyRoutes } from "./apply.ts";
import { autoscaleRoutes } from "./autoscale.ts";
import { changeRoutes } from "./changes.ts";
import type { ServerContext } from "./context.ts";
import { deleteRoutes } from "./delete.ts";
import { eventRoutes } from "./events.ts";
import { flowRoutes } from "./flows.ts";
import { instanceRoutes } from "./instances.ts";
import { metricsRoutes } from "./metrics.ts";
import { nodeRoutes } from "./nodes.ts";
import { objectRoutes } from "./objects.ts";
import { probeRoutes } from "./probes.ts";
import { supportRoutes } from "./support.ts";
import { systemRoutes } from "./system.ts";
import { tokenRoutes } from "./tokens.ts";
import { traceRoutes } from "./trace.ts";

/** Every call that the server answers. */
export function routesOf(context: ServerContext): readonly Route[] {
  const parts = [
    objectRoutes,
    applyRoutes,
    rolloutRoutes,
    autoscaleRoutes,
    deleteRoutes,
    changeRoutes,
    eventRoutes,
    nodeRoutes,
    metricsRoutes,
    instanceRoutes,
    flowRoutes,
    traceRoutes,
    proofRoutes,
    tokenRoutes,
    systemRoutes,
    supportRoutes,
    probeRoutes,
  ];
  const routes: Route[] = parts.flatMap((part) => part(context));
  routes.push({
    method: "GET",
    path: "/openapi.json",
    summary: "This API, as OpenAPI 3.1.",
    access: "Viewer",
    reach: "Project",
    answer: { kind: "Text", mediaType: "application/json" },
    handle: () => json(openapi(routes)),
  });
  return routes;
}
