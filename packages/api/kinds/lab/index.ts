/** The kind Lab, for the registry. */
import type { Kind } from "../kind.ts";
import { completeLab } from "./defaults.ts";
import { labNameMax, labSchema, type Lab, type LabInput } from "./schema.ts";
import { validateLab } from "./validate.ts";

export const lab: Kind<LabInput, Lab> = {
  kind: "Lab",
  plural: "labs",
  aliases: [],
  scope: "File",
  readOnly: false,
  summary: "Nodes and links of a test network on one machine.",
  nameMax: labNameMax,
  schema: labSchema,
  validate: validateLab,
  complete: completeLab,
};
