/** The kind Router, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { routerSchema, type Router } from "./schema.ts";
import { validateRouter } from "./validate.ts";

export const router: Kind<Router> = {
  kind: "Router",
  plural: "routers",
  aliases: [],
  scope: "Cluster",
  readOnly: false,
  summary: "An edge router, Netwright's own or somebody else's.",
  nameMax,
  schema: routerSchema,
  validate: validateRouter,
  complete: (object) => object,
};
