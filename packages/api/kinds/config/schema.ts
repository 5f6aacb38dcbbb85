/** Config: values that workloads share and everybody may read. */
import { z } from "zod";
import { dataField } from "../data-fields.ts";
import { projectObject } from "../metadata.ts";

const specSchema = z
  .strictObject({
    data: dataField(z.string(), "Values as text, by key."),
    binaryData: dataField(z.string(), "Values in base64, by key."),
    source: dataField(z.string(), "Files to read, relative to the manifest's directory, by key."),
  })
  .prefault({})
  .meta({ description: "The values." });

export const configSchema = projectObject("Config", { spec: specSchema, status: z.strictObject({}) });
export type Config = z.output<typeof configSchema>;
