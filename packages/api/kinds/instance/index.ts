/** The kind Instance, for the registry. */
import type { Kind } from "../kind.ts";
import { instanceNameMax, instanceSchema, type Instance } from "./schema.ts";
import { validateInstance } from "./validate.ts";

export const instance: Kind<Instance> = {
  kind: "Instance",
  plural: "instances",
  aliases: ["inst"],
  scope: "Project",
  readOnly: true,
  summary: "One running copy of a tier; made and removed by Netwright.",
  nameMax: instanceNameMax,
  schema: instanceSchema,
  validate: validateInstance,
  complete: (object) => object,
};
