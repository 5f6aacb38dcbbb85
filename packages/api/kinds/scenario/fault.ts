/** One fault: what it happens to, then what happens. Which fields go together is for `validateFault` to say. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { clockOffsetField } from "../../fields/clock-offset.ts";
import { directoryPathField } from "../../fields/directory-path.ts";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { memoryField } from "../../fields/quantity.ts";
import { impairSchema } from "./impair.ts";
import { linkRefField, programField } from "./fault-names.ts";

const span = (description: string, most = seconds(3600)) =>
  durationField(description, { min: milliseconds(10), max: most });

const flapSchema = z.strictObject({
  every: span("From one fall to the next."),
  down: span("How long it is down each time; shorter than every."),
});

/** Signals that end or change a program; stopping is `state: paused`. */
export const faultSignals = ["KILL", "TERM", "INT", "QUIT", "HUP", "ABRT", "SEGV", "USR1", "USR2"] as const;

const node = (description: string) => nameField(description, 15);
const yes = (description: string) => z.literal(true).exactOptional().meta({ description });

export const faultSchema = z.strictObject({
  link: linkRefField("The link that fails: its name, or NODE:INTERFACE.").exactOptional(),
  node: node("The node that fails.").exactOptional(),
  partition: z
    .array(z.array(node("A node.")).min(1).meta({ description: "Nodes that reach each other." }))
    .min(2)
    .exactOptional()
    .meta({
      description:
        "Groups of nodes: two nodes reach each other only where they share a group. A node may be in several; one in none reaches all.",
    }),
  impair: impairSchema.exactOptional().meta({ description: "link: loss, delay and the like." }),
  state: z.enum(["down", "paused", "off"]).exactOptional().meta({
    description:
      "link: down takes the carrier away at both ends. node: paused stops its processes; off is a power failure, and ends with its programs started anew.",
  }),
  cut: yes("link: every frame vanishes, both ends keep their carrier."),
  flap: flapSchema.exactOptional().meta({ description: "link: down and up again, over and over." }),
  mtu: integerField({
    noun: "an MTU",
    min: 576,
    max: 65_535,
    description: "link: the largest packet. Both ends' devices get it (from 1280), or nobody is told: silently.",
  }).exactOptional(),
  silently: yes("With mtu: the devices keep theirs, larger packets vanish."),
  from: node("link: only what this end sends. With cut, impair, or mtu with silently.").exactOptional(),
  oneWay: yes("partition: only what the first group sends to the others vanishes."),
  kill: programField(
    "node: a program of the lab, or the exact first word of a command line that runs there.",
  ).exactOptional(),
  signal: z.enum(faultSignals).exactOptional().meta({ description: "kill: which signal; KILL when left out." }),
  diskFull: directoryPathField(
    "node: the file system of this directory has no room left. It must be one that only the node has, such as a tmpfs.",
  ).exactOptional(),
  leave: memoryField("diskFull: so much room is left; none when left out.", 1).exactOptional(),
  clock: clockOffsetField(
    "node: programs that start from now on see a clock that is wrong by so much.",
  ).exactOptional(),
  dns: z
    .enum(["fail", "slow"])
    .exactOptional()
    .meta({ description: "node: DNS queries and answers that leave or reach it vanish, or take 2 s longer." }),
  for: durationField(
    "Ends by itself after so long; with its step or scenario when left out. With kill: the program stays dead so long.",
    { min: milliseconds(10), max: seconds(86_400) },
    ["5s"],
  ).exactOptional(),
});
/** As it is written: fields that `validateFault` has not yet judged together. */
export type Fault = z.output<typeof faultSchema>;
