/** Secret: values that only workloads see. */
import { z } from "zod";
import { dataField } from "../data-fields.ts";
import { projectObject } from "../metadata.ts";

const sealedSchema = z.strictObject({
  size: z.number().meta({ description: "Octets." }),
  digest: z.string().meta({ description: "Another value has another one; nothing can be told from it." }),
  box: z
    .string()
    .exactOptional()
    .meta({ description: "The encrypted value. Never leaves the server.", readOnly: true }),
});

const specSchema = z
  .strictObject({
    type: z.enum(["Opaque", "TLS"]).default("Opaque").meta({
      description: "TLS: a certificate chain and its private key, PEM, under the keys tls.crt and tls.key.",
    }),
    stringData: dataField(z.string(), "Values as text, by key."),
    data: dataField(z.string(), "Values in base64, by key."),
    source: dataField(z.string(), "Files to read, relative to the manifest's directory, by key."),
    sealed: dataField(
      sealedSchema,
      "What the server says of the values that it has, by key. Written back, it keeps them.",
    ),
  })
  .prefault({})
  .meta({ description: "The values. What is read back are their sizes and digests." });

export const secretSchema = projectObject("Secret", { spec: specSchema, status: z.strictObject({}) });
export type Secret = z.output<typeof secretSchema>;
export type SealedValue = z.output<typeof sealedSchema>;
