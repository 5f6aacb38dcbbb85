/** Instance: one running copy of a tier. Netwright makes and removes them; people read them. */
import { z } from "zod";
import { projectObject } from "../metadata.ts";

export const instancePhases = [
  "Pending",
  "Starting",
  "Ready",
  "Unhealthy",
  "Failed",
  "Draining",
  "Stopping",
  "Lost",
] as const;
export type InstancePhaseName = (typeof instancePhases)[number];

/** SERVICE-TIER-NUMBER: 30, 15 and 8 characters with two hyphens. */
export const instanceNameMax = 55;

const specSchema = z
  .strictObject({
    service: z.string().meta({ description: "The Service that it belongs to." }),
    tier: z.string().meta({ description: "Its tier." }),
    number: z.number().meta({ description: "Counts up per tier; never used twice." }),
    host: z.string().meta({ description: "Where it runs." }),
    network: z.string().meta({ description: "The Network that it is in." }),
    address: z.string().meta({ description: "Its own IPv6 address there." }),
  })
  .meta({ description: "What it is a copy of, and where it runs." });

const statusSchema = z.strictObject({
  phase: z.enum(instancePhases),
  reason: z.string().meta({ description: "One CamelCase word." }),
  message: z.string(),
  restarts: z.number(),
  lastExit: z
    .strictObject({ reason: z.string(), message: z.string(), at: z.string() })
    .exactOptional()
    .meta({ description: "How its program ended the last time." }),
  pid: z.number().nullable(),
  startedAt: z.string().nullable().meta({ description: "RFC 3339." }),
});

export const instanceSchema = projectObject("Instance", { spec: specSchema, status: statusSchema }, instanceNameMax);
export type Instance = z.output<typeof instanceSchema>;
