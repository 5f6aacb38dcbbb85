/** `egress[]`: flows from this service to the internet. */
import { z } from "zod";
import { nameField } from "../../fields/name.ts";
import { portField } from "../../fields/port.ts";
import { prefixField } from "../../fields/prefix.ts";

export const egressSchema = z.strictObject({
  from: nameField("The tier of this service that opens connections.", 15),
  to: prefixField("Whom it may reach: a prefix of the internet's; a single address with /128.", {
    min: 3,
    max: 128,
    hint: "write a prefix such as 2001:db8:1::/48, or ADDRESS/128",
  }),
  port: portField("The port there.", "the port of the server outside, for example 443"),
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "Transport protocol." }),
});
export type Egress = z.output<typeof egressSchema>;
