/** `status` of a Service: what was observed. */
import { z } from "zod";
import { conditionSchema } from "../condition.ts";

/** Stages of an apply in the order in which they pass. */
export const serviceStages = [
  "address",
  "placed",
  "proven",
  "firewall",
  "pulled",
  "running",
  "announced",
  "ready",
] as const;
export type ServiceStage = (typeof serviceStages)[number];

const stageSchema = z.strictObject({
  stage: z.enum(serviceStages),
  took: z.number().meta({ description: "Milliseconds." }),
  at: z.string().meta({ description: "When it was over, RFC 3339." }),
  detail: z.string().meta({ description: "For people, for example `lb, proxy, web on host2`." }),
});

const stepSchema = z.strictObject({
  tier: z.string(),
  old: z.string().meta({ description: "The instance that goes." }),
  fresh: z.string().meta({ description: "The one that comes in its place; empty where there is none." }),
  host: z.string().meta({ description: "Of the one that comes." }),
  ready: z.number().nullable().meta({ description: "Milliseconds from being placed to being ready; null: not yet." }),
  gone: z.number().nullable().meta({ description: "Milliseconds that the old one drained; null: it is still there." }),
  connections: z
    .number()
    .nullable()
    .meta({ description: "Open ones of the old instance; once it is gone, those that were cut." }),
});

const rolloutSchema = z.strictObject({
  since: z.string().meta({ description: "When it began, RFC 3339." }),
  took: z.number().nullable().meta({ description: "Milliseconds; null while it is under way." }),
  steps: z.array(stepSchema),
});

const tierRolloutSchema = z.strictObject({
  tier: z.string(),
  phase: z.enum(["Progressing", "Paused", "Stopped", "RollingBack", "RolledBack", "Complete"]),
  asked: z.number().meta({ description: "Number of the revision that the manifest asks for." }),
  runs: z.number().meta({ description: "Number of the revision that new instances run." }),
  reason: z.string().exactOptional().meta({ description: "Why it failed." }),
  heldBy: z.string().exactOptional().meta({ description: "Who paused it by hand." }),
  replicas: z.number(),
  updated: z.number().meta({ description: "Instances of the revision that runs." }),
  ready: z.number().meta({ description: "Those of them that are ready." }),
  old: z.number().meta({ description: "Instances of others that are still there." }),
  since: z.string().meta({ description: "When it began, RFC 3339." }),
  took: z.number().nullable().meta({ description: "Milliseconds; null while it is under way." }),
  revisions: z.array(
    z.strictObject({
      revision: z.number(),
      at: z.string().meta({ description: "When it was asked for, RFC 3339." }),
      outcome: z.enum(["UnderWay", "Complete", "Failed", "Superseded"]),
      reason: z.string().exactOptional().meta({ description: "Why it failed." }),
      image: z.string(),
    }),
  ),
});

const tierAutoscaleSchema = z.strictObject({
  tier: z.string(),
  desired: z.number().meta({ description: "Instances that it should have." }),
  current: z.number().meta({ description: "Instances that are ready." }),
  min: z.number(),
  max: z.number(),
  floor: z.number().meta({ description: "Fewest that may be left for now: more than min while members drain." }),
  reason: z.string().meta({ description: "Why it has this size; a CamelCase word." }),
  message: z.string().meta({ description: "The same for people, with the figures of then." }),
  since: z.string().meta({ description: "Since when that has been the reason, RFC 3339." }),
  last: z
    .strictObject({
      at: z.string().meta({ description: "RFC 3339." }),
      from: z.number(),
      to: z.number(),
      reason: z.string(),
      message: z.string(),
    })
    .exactOptional()
    .meta({ description: "The last change of size." }),
});

const autoscaleStatusSchema = z.strictObject({
  bottleneck: z
    .string()
    .exactOptional()
    .meta({ description: "The tier that holds the others back; absent where none does." }),
  tiers: z.array(tierAutoscaleSchema),
});

export type AutoscaleStatus = z.output<typeof autoscaleStatusSchema>;

export type TierRolloutStatus = z.output<typeof tierRolloutSchema>;

export type RolloutStatus = z.output<typeof rolloutSchema>;

export const serviceStatusSchema = z.strictObject({
  addresses: z.array(z.strictObject({ address: z.string(), pool: z.string() })),
  announcements: z
    .array(z.strictObject({ router: z.string(), host: z.string(), prefix: z.string() }))
    .meta({ description: "Which router hears which prefix from which host." }),
  instances: z.array(
    z.strictObject({
      id: z.string(),
      tier: z.string(),
      host: z.string(),
      address: z.string(),
      phase: z.string(),
      message: z.string(),
    }),
  ),
  images: z
    .array(
      z.strictObject({
        tier: z.string(),
        image: z.string(),
        digest: z.string().meta({ description: "What all its instances run; empty until it is known." }),
      }),
    )
    .exactOptional()
    .meta({ description: "Of tiers with an image that is not host." }),
  certificates: z
    .array(
      z.strictObject({
        hostname: z.string(),
        issuer: z
          .string()
          .meta({ description: "Name of the CertificateIssuer; empty: the built-in authority, or see secret." }),
        secret: z.string().exactOptional().meta({ description: "The Secret that it is from." }),
        notBefore: z.string().meta({ description: "RFC 3339." }),
        notAfter: z.string().meta({ description: "RFC 3339." }),
        renewAt: z
          .string()
          .exactOptional()
          .meta({ description: "When the next one is asked for, RFC 3339; absent: nobody renews it." }),
      }),
    )
    .exactOptional()
    .meta({ description: "What is served at listeners with HTTPS." }),
  conditions: z.array(conditionSchema),
  autoscale: autoscaleStatusSchema
    .exactOptional()
    .meta({ description: "Of tiers with autoscale: the last decision about their sizes." }),
  rollout: rolloutSchema
    .exactOptional()
    .meta({ description: "The last replacing of instances because what they run changed." }),
  rollouts: z
    .array(tierRolloutSchema)
    .exactOptional()
    .meta({ description: "Of tiers with a workload: how far they are with what they were asked to run." }),
  stages: z.array(stageSchema).meta({ description: "How long each stage of the last change took." }),
});

export type ServiceStatus = z.output<typeof serviceStatusSchema>;
