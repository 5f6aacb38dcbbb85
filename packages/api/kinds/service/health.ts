/** `health`: how an instance is asked whether it can take traffic. */
import { seconds, milliseconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";
import { hostnameField } from "../../fields/hostname.ts";
import { httpPathField } from "../../fields/http-path.ts";
import { statusCodesField } from "../../fields/status-codes.ts";

const count = (description: string) => integerField({ noun: "a number of checks", min: 1, max: 100, description });

export const healthSchema = z.strictObject({
  http: httpPathField("Ask for this path.").exactOptional(),
  https: httpPathField("Ask for this path over TLS. Whose certificate it shows is not looked at.").exactOptional(),
  tcp: z.literal(true).exactOptional().meta({ description: "A connection that opens is healthy." }),
  host: hostnameField("The name that is asked for, in the Host header and in TLS.").exactOptional(),
  expectedCodes: statusCodesField(
    "Answers that are healthy: a code, a range, or a list of them. 200 to 399 when left out.",
  ).exactOptional(),
  interval: durationField("Between two checks, at most.", { min: milliseconds(100), max: seconds(300) }).prefault("1s"),
  timeout: durationField("For one check; not above interval.", { min: milliseconds(50), max: seconds(60) }).prefault(
    "1s",
  ),
  rise: count("Good checks in a row until it is healthy.").default(1),
  fall: count("Bad checks in a row until it is not.").default(3),
});

export type Health = z.output<typeof healthSchema>;
