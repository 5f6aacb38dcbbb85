/** The kind Volume, for the registry. */
import type { Kind } from "../kind.ts";
import { volumeObjectNameMax, volumeObjectSchema, type Volume } from "./schema.ts";
import { validateVolume } from "./validate.ts";

export const volume: Kind<Volume> = {
  kind: "Volume",
  plural: "volumes",
  aliases: ["vol"],
  scope: "Project",
  readOnly: true,
  summary: "Data that outlives an instance, on one host; made by Netwright on first use, deleted by people.",
  nameMax: volumeObjectNameMax,
  schema: volumeObjectSchema,
  validate: validateVolume,
  complete: (object) => object,
};
