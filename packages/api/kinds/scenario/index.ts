/** The kind Scenario, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { scenarioSchema, type Scenario } from "./schema.ts";
import { validateScenario } from "./validate.ts";

export const scenario: Kind<Scenario> = {
  kind: "Scenario",
  plural: "scenarios",
  aliases: [],
  scope: "File",
  readOnly: false,
  summary: "A test over several machines: what is built, done, broken and checked.",
  nameMax,
  schema: scenarioSchema,
  validate: validateScenario,
  complete: (object) => object,
};
