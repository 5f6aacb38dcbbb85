/** What hosts and routers report about themselves. */
import { z } from "zod";
import { conditionSchema } from "./condition.ts";

export const sessionSchema = z.strictObject({
  neighbor: z.string(),
  state: z.enum(["Established", "Down"]),
  since: z.string().nullable().meta({ description: "RFC 3339." }),
  bfd: z.enum(["Up", "Down", "None"]),
  problem: z.string().exactOptional().meta({ description: "What is wrong with it; absent when nothing is." }),
});

export const driverSchema = z.strictObject({
  slot: z.string(),
  driver: z.string(),
  missing: z.array(z.string()).meta({ description: "What it cannot do here, as sentences." }),
});

export const nodeStatusSchema = z.strictObject({
  conditions: z.array(conditionSchema),
  agent: z
    .strictObject({ version: z.string(), pid: z.number(), startedAt: z.string(), lastReportAt: z.string() })
    .nullable()
    .meta({ description: "Null until an agent has reported." }),
  revision: z.strictObject({
    desired: z.number().meta({ description: "Revision that the node should be at." }),
    observed: z.number().meta({ description: "Revision that it reported last." }),
  }),
  sessions: z.array(sessionSchema),
  drivers: z.array(driverSchema),
});
export type NodeStatus = z.output<typeof nodeStatusSchema>;

export const hostStatusSchema = nodeStatusSchema.extend({
  used: z.strictObject({
    cpu: z.number().meta({ description: "Thousandths of a CPU promised to instances." }),
    memory: z.number().meta({ description: "Octets promised to instances." }),
    instances: z.number(),
  }),
});
