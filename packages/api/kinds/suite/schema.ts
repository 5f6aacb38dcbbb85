/** Suite: scenarios that share a network and its set-up. Read by `netwright test`, never stored. */
import { z } from "zod";
import { clusterObject } from "../metadata.ts";
import { scenarioParts } from "../scenario/schema.ts";
import { topologySchema } from "../scenario/topology.ts";

const specSchema = z
  .strictObject({
    ...scenarioParts,
    topology: topologySchema.meta({ description: "What all of them run on, one after the other." }),
    scenarios: z.array(z.string()).min(1).meta({
      description: "Files of scenarios without a topology of their own, relative to this one, in this order.",
    }),
  })
  .meta({ description: "What they share." });

export const suiteSchema = clusterObject("Suite", { spec: specSchema, status: z.strictObject({}) });
export type Suite = z.output<typeof suiteSchema>;
