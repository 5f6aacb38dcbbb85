/** The kind Suite, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { suiteSchema, type Suite } from "./schema.ts";
import { validateSuite } from "./validate.ts";

export const suite: Kind<Suite> = {
  kind: "Suite",
  plural: "suites",
  aliases: [],
  scope: "File",
  readOnly: false,
  summary: "Scenarios that share a network and its set-up.",
  nameMax,
  schema: suiteSchema,
  validate: validateSuite,
  complete: (object) => object,
};
