/** Volume: data of one instance's place in a tier. Netwright makes them on first use; people read and delete them. */
import { z } from "zod";
import { projectObject } from "../metadata.ts";

export const volumePhases = ["InUse", "Kept", "Unreachable", "Deleting"] as const;
export type VolumePhaseName = (typeof volumePhases)[number];

/** SERVICE-TIER-NAME-ORDINAL: 30, 15, 15 and 5 characters with three hyphens. */
export const volumeObjectNameMax = 68;

const specSchema = z
  .strictObject({
    service: z.string().meta({ description: "The Service whose workload names it." }),
    tier: z.string().meta({ description: "Its tier." }),
    volume: z.string().meta({ description: "Its name in the tier's `workload.volumes`." }),
    ordinal: z.number().meta({ description: "1 to the tier's replicas: whose data it is, whatever instance has it." }),
    host: z.string().meta({ description: "Where the data is." }),
    size: z.string().meta({ description: "How much it holds." }),
  })
  .meta({ description: "Whose data it is, and where." });

const statusSchema = z.strictObject({
  phase: z.enum(volumePhases),
  used: z
    .string()
    .exactOptional()
    .meta({ description: "How much it held when its host last looked; absent where that is not known." }),
  usedBy: z.string().meta({ description: "The instance that has it now; empty for none." }),
  message: z.string(),
});

export const volumeObjectSchema = projectObject(
  "Volume",
  { spec: specSchema, status: statusSchema },
  volumeObjectNameMax,
);
export type Volume = z.output<typeof volumeObjectSchema>;
