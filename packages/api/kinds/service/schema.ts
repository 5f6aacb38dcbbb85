/** Service: a name in the world and the tiers of workloads behind it. */
import { z } from "zod";
import { nameField } from "../../fields/name.ts";
import { contractField } from "../contract/block.ts";
import { projectObject } from "../metadata.ts";
import { allowSchema } from "./allow.ts";
import { objectiveSchema } from "./autoscale.ts";
import { egressSchema } from "./egress.ts";
import { exposeSchema } from "./expose.ts";
import { serviceStatusSchema } from "./status.ts";
import { tierSchema } from "./tier.ts";

/** Instance names are SERVICE-TIER-NUMBER and must stay RFC 1123 labels. */
export const serviceNameMax = 30;

const specSchema = z
  .strictObject({
    network: nameField("The Network that its instances join; made on first use.").default("default"),
    pool: nameField("The AddressPool that its public address comes from.").default("default"),
    expose: z
      .array(exposeSchema)
      .prefault([])
      .meta({ description: "Listeners on the public address. None: reached from other services only." }),
    objective: objectiveSchema.exactOptional().meta({
      description: "What it promises, at its front door. Missed: the tier that is the cause grows, where that helps.",
    }),
    tiers: z.array(tierSchema).min(1).meta({ description: "In the order in which a request passes them." }),
    allow: z
      .array(allowSchema)
      .prefault([])
      .meta({ description: "Flows from other services; everything else is denied." }),
    egress: z
      .array(egressSchema)
      .prefault([])
      .meta({ description: "Flows to the internet, in the name of addresses of the pool; everything else is denied." }),
    contract: contractField,
  })
  .meta({ description: "What it needs, who may reach it, and what runs." });

export const serviceSchema = projectObject(
  "Service",
  { spec: specSchema, status: serviceStatusSchema },
  serviceNameMax,
);
/** As the schema leaves it, before `completeService`. */
export type ServiceInput = z.output<typeof serviceSchema>;
