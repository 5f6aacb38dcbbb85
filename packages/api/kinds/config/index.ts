/** The kind Config, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { configSchema, type Config } from "./schema.ts";
import { validateConfig } from "./validate.ts";

export const config: Kind<Config> = {
  kind: "Config",
  plural: "configs",
  aliases: ["configmap", "configmaps", "cm"],
  scope: "Project",
  readOnly: false,
  summary: "Values that workloads share and everybody may read: settings and files.",
  nameMax,
  schema: configSchema,
  validate: validateConfig,
  complete: (object) => object,
};
