/** `allow[]`: flows into this service from others. */
import { z } from "zod";
import { nameField } from "../../fields/name.ts";
import { portField } from "../../fields/port.ts";

export const allowSchema = z.strictObject({
  from: z
    .strictObject({
      service: nameField("The service that opens connections.", 30),
      tier: nameField("Its tier.", 15),
      project: nameField("Its project; this one's when left out.").exactOptional(),
    })
    .meta({ description: "Who opens connections." }),
  to: nameField("The tier of this service that takes them.", 15),
  port: portField("The port there; the tier's workload.port when left out.").exactOptional(),
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "Transport protocol." }),
});

export type AllowInput = z.output<typeof allowSchema>;
