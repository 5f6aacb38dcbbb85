/** `nemesis`: faults by chance, from a seed. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { programField } from "./fault-names.ts";

/** Partitions have the names that Jepsen gave them. */
export const nemesisFaults = [
  "partition-halves",
  "partition-one",
  "partition-majorities-ring",
  "partition-bridge",
  "pause",
  "off",
  "kill",
  "cut",
  "down",
  "flap",
  "loss",
  "delay",
  "corrupt",
] as const;
export type NemesisFault = (typeof nemesisFaults)[number];

const span = (description: string, example: string) =>
  durationField(description, { min: milliseconds(10), max: seconds(3600) }, [example]);

export const nemesisSchema = z.strictObject({
  faults: z
    .array(z.enum(nemesisFaults))
    .min(1)
    .meta({ description: "What may happen; each time one of them, chosen by the seed." }),
  nodes: z.array(nameField("A node.", 15)).min(1).exactOptional().meta({
    description:
      "To whom; all but switches and the server's when left out. Links: those between two of them, or to a switch.",
  }),
  programs: z
    .array(programField("A program."))
    .min(1)
    .exactOptional()
    .meta({ description: "kill: which programs; what the lab itself runs on these nodes when left out." }),
  every: span("From the beginning of one fault to that of the next.", "5s"),
  for: span("How long each lasts; not longer than every.", "2s"),
  seed: integerField({
    noun: "a seed",
    min: 0,
    max: 2 ** 32 - 1,
    description: "Same seed, same faults at the same times. The run's own when left out.",
  }).exactOptional(),
});
export type Nemesis = z.output<typeof nemesisSchema>;
