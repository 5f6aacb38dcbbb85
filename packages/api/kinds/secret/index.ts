/** The kind Secret, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { secretSchema, type Secret } from "./schema.ts";
import { validateSecret } from "./validate.ts";

export const secret: Kind<Secret> = {
  kind: "Secret",
  plural: "secrets",
  aliases: [],
  scope: "Project",
  readOnly: false,
  summary: "Values that only workloads see: passwords, tokens, keys, certificates.",
  nameMax,
  schema: secretSchema,
  validate: validateSecret,
  complete: (object) => object,
};
