import type { Route } from "../http/route.ts";
import { applyRoutes } from "./apply.ts";
import { changeRoutes } from "./changes.ts";
import type { ServerContext } from "./context.ts";
import { eventRoutes } from "./events.ts";
import { flowRoutes } from "./flows.ts";
import { instanceRoutes } from "./instances.ts";
import { nodeRoutes } from "./nodes.ts";
import { objectRoutes } from "./objects.ts";
import { systemRoutes } from "./system.ts";
import { tokenRoutes } from "./tokens.ts";

/** Every call that the server answers. */
export const routesOf = (context: ServerContext): readonly Route[] =>
  [objectRoutes, applyRoutes, changeRoutes, eventRoutes, nodeRoutes, instanceRoutes, flowRoutes, tokenRoutes, systemRoutes].flatMap((routes) => routes(context));
