/** `impair`: what a link does to frames. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { bitRateField } from "../../fields/bit-rate.ts";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";
import { percentageField } from "../../fields/percentage.ts";
import { portField } from "../../fields/port.ts";
import { partyField } from "./party.ts";

const span = (description: string) =>
  durationField(description, { min: milliseconds(1), max: seconds(60) }, ["20ms"]).exactOptional();

/** Headers are looked at as they are on the link: inside a tunnel they are the tunnel's. */
const matchSchema = z.strictObject({
  protocol: z
    .enum(["tcp", "udp", "icmp", "arp-nd"])
    .exactOptional()
    .meta({ description: "icmp: of IPv4 and IPv6, without neighbour discovery; arp-nd: ARP and neighbour discovery." }),
  port: portField("Source or destination port.").exactOptional(),
  from: partyField("Who sends: an address, a prefix, or a node (each address that it has then).").exactOptional(),
  to: partyField("Whom it is for: an address, a prefix, or a node.").exactOptional(),
});
export type FrameMatch = z.output<typeof matchSchema>;

export const impairSchema = z.strictObject({
  loss: percentageField("Frames that vanish.").exactOptional(),
  delay: span("Each frame takes so much longer, each way."),
  jitter: span("The delay varies by so much up and down; frames keep their order."),
  rate: bitRateField("No more than so much a second; the queue before it holds 100 ms.").exactOptional(),
  reorder: percentageField("Frames that are sent at once and overtake what is delayed; needs delay.").exactOptional(),
  duplicate: percentageField("Frames that arrive twice.").exactOptional(),
  corrupt: percentageField("Frames that arrive with one bit flipped behind their Ethernet header.").exactOptional(),
  seed: integerField({
    noun: "a seed",
    min: 0,
    max: 2 ** 32 - 1,
    description: "Same seed, same frames lost. The run's own when left out.",
  }).exactOptional(),
  match: matchSchema
    .exactOptional()
    .meta({ description: "Only such frames; all of them when left out. Each condition that is written must hold." }),
});
export type Impairment = z.output<typeof impairSchema>;
