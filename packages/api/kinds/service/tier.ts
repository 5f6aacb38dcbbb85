/** `tiers[]`: groups of equal instances. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { autoscaleSchema } from "./autoscale.ts";
import { healthSchema } from "./health.ts";
import { workloadSchema } from "./workload.ts";

export const tierNameMax = 15;

/** Tiers that Netwright runs itself; they may be written, without workload, to change replicas and spread. */
export const impliedTiers = ["lb", "proxy"] as const;
export type ImpliedTier = (typeof impliedTiers)[number];
export const isImplied = (name: string): name is ImpliedTier => (impliedTiers as readonly string[]).includes(name);

export const tierSchema = z.strictObject({
  name: nameField("Unique in the service. lb and proxy are Netwright's own tiers.", tierNameMax),
  workload: workloadSchema.exactOptional().meta({ description: "What runs; left out for lb and proxy only." }),
  health: healthSchema
    .exactOptional()
    .meta({ description: "When an instance is healthy; a TCP connection when left out." }),
  mutualTls: z
    .strictObject({
      directory: z
        .string()
        .regex(/^\/run(\/(?!\.+(\/|$))[A-Za-z0-9._-]+)+$/, {
          error: "must be a directory below /run, for example /run/tls",
        })
        .default("/run/tls")
        .meta({ description: "Where the program finds tls.crt, tls.key and ca.crt." }),
    })
    .exactOptional()
    .meta({
      description:
        "Proxies and this tier speak TLS, and each shows the other a certificate of the service's own authority. For the first tier behind an HTTPS listener.",
    }),
  after: z
    .array(nameField("A tier of this service.", tierNameMax))
    .exactOptional()
    .meta({ description: "Its first instances start when each of these tiers of this service has one that is ready." }),
  replicas: integerField({
    noun: "a number of replicas",
    min: 0,
    max: 10_000,
    description: "How many instances run; with autoscale, how many there are at first.",
  }).default(1),
  autoscale: autoscaleSchema
    .exactOptional()
    .meta({ description: "Its size follows what is measured, from min to max." }),
  spread: z
    .enum(["preferred", "required", "none"])
    .default("preferred")
    .meta({ description: "Two or more replicas on different hosts: where possible, always, or as it comes." }),
  drainTimeout: durationField(
    "How long an instance that goes may finish what is open; then it is cut. 10s when left out.",
    { min: milliseconds(0), max: seconds(24 * 3600) },
    ["10s", "5m"],
  ).exactOptional(),
});

export type Spread = "preferred" | "required" | "none";
export type TierInput = z.output<typeof tierSchema>;
