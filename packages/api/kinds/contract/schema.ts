/** Contract: what must hold of the network, for the whole fabric; the same block as in a Service or Network. */
import { z } from "zod";
import { conditionSchema } from "../condition.ts";
import { clusterObject } from "../metadata.ts";
import { contractFields } from "./block.ts";

const specSchema = z.strictObject(contractFields).meta({ description: "What must hold, of all projects." });

const statusSchema = z.strictObject({ conditions: z.array(conditionSchema) });

export const contractSchema = clusterObject("Contract", { spec: specSchema, status: statusSchema });
export type Contract = z.output<typeof contractSchema>;
