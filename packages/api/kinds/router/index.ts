/** The kind Router, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { completeRouter } from "./defaults.ts";
import { routerSchema, type Router, type RouterInput } from "./schema.ts";
import { validateRouter } from "./validate.ts";

export const router: Kind<RouterInput, Router> = {
  kind: "Router",
  plural: "routers",
  aliases: [],
  scope: "Cluster",
  readOnly: false,
  summary: "An edge router, Netwright's own or somebody else's.",
  nameMax,
  schema: routerSchema,
  validate: validateRouter,
  complete: completeRouter,
};
