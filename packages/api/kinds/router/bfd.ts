/** Detection of silent failures. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";

/** @param interval when none is written */
export const bfdSchema = (interval: string) =>
  z
    .strictObject({
      enabled: z.boolean().default(true).meta({
        description:
          "False: a silent loss is noticed after the hold time of BGP. A router that does not speak BFD does no harm.",
      }),
      interval: durationField("Between two packets, each way; the slower end decides.", {
        min: milliseconds(10),
        max: seconds(10),
      }).prefault(interval),
      multiplier: integerField({
        noun: "a detection multiplier",
        min: 2,
        max: 255,
        description: "So many packets missing mean that the other end is gone.",
      }).default(3),
    })
    .meta({ description: "Detection of silent failures (RFC 5880)." });

/** 150 ms to notice a silent loss: BIRD is scheduled in real time, so that a busy node raises no false alarm. */
export const managedBfdSchema = bfdSchema("50ms").meta({
  description:
    "Detection of silent failures (RFC 5880) on its links to hosts and managed routers; only with managed: true.",
});
