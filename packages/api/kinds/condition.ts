/** Conditions, as the field knows them: one verdict each, with a reason a program can match. */
import { z } from "zod";

export const conditionSchema = z.strictObject({
  type: z.string().meta({ description: "An adjective or past participle, for example Ready." }),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string().meta({ description: "One CamelCase word." }),
  message: z.string().meta({ description: "A sentence for people." }),
  observedGeneration: z.number().meta({ description: "The metadata.generation that the verdict is about." }),
  lastTransitionTime: z.string().meta({ description: "When status changed last, RFC 3339." }),
});

export type Condition = z.output<typeof conditionSchema>;

/** The ladder of a Service, in the order in which its conditions become true. */
export const serviceConditions = ["Accepted", "ResolvedRefs", "Placed", "Programmed", "Announced", "Ready"] as const;
export type ServiceConditionType = (typeof serviceConditions)[number];
