/** `egress[]`: flows from this service to the internet. */
import { z } from "zod";
import { egressTargetField } from "../../fields/egress-target.ts";
import { nameField } from "../../fields/name.ts";
import { portField } from "../../fields/port.ts";

export const egressSchema = z.strictObject({
  from: nameField("The tier of this service that opens connections.", 15),
  to: egressTargetField(
    "Whom it may reach: a prefix of the internet's, a single address with /128, a name, or *.NAME for every name below.",
  ),
  port: portField("The port there.", "the port of the server outside, for example 443"),
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "Transport protocol." }),
});
export type Egress = z.output<typeof egressSchema>;
