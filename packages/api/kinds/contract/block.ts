/** The block `contract` as it is written: the same in a Service, a Network and a Contract. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { complaint } from "../../fields/text-field.ts";
import { selectorField, waypointsField } from "./selector.ts";

const portHint = 'write a number such as 443, or a range such as "8000-8999"';

/** `8000-8999`; that the first is the smaller one is judged with the clause. */
export const rangePattern = /^(\d{1,5})-(\d{1,5})$/;

const port = z.union([
  integerField({ noun: "a port", min: 1, max: 65_535, description: "A port.", hint: portHint }),
  z
    .string()
    .superRefine((text, context) => {
      const [, first, last] = (rangePattern.exec(text) ?? []).map(Number);
      if (first !== undefined && last !== undefined && Math.min(first, last) > 0 && Math.max(first, last) <= 65_535)
        return;
      const message = `${JSON.stringify(text.slice(0, 80))} is not a range of ports (1 to 65535)`;
      context.addIssue({ code: "custom", message, params: complaint("NW1203", portHint) });
    })
    .meta({ description: "First and last port of a range.", examples: ["8000-8999"] }),
]);

const clauseSchema = z
  .strictObject({
    name: nameField("For reports and justifications; ensures[0] and so on when left out.").exactOptional(),
    from: selectorField("Who opens connections.").exactOptional(),
    onlyFrom: selectorField("With reaches: who may open connections; nobody else can.").exactOptional(),
    canReach: selectorField("Each of from can open connections to each of these.").exactOptional(),
    cannotReach: selectorField("No packet of from is delivered to these.").exactOptional(),
    reaches: selectorField("Whom onlyThrough or onlyFrom is about.").exactOptional(),
    through: waypointsField("With canReach: over these, in this order, each of them a direct step.").exactOptional(),
    onlyThrough: waypointsField("With reaches: every way there passes these, in this order.").exactOptional(),
    protocol: z
      .enum(["TCP", "UDP", "ICMP", "any"])
      .exactOptional()
      .meta({ description: "TCP for canReach, any for the others, when left out." }),
    ports: z.array(port).min(1).exactOptional().meta({
      description: "Ports of the target. Left out: all that it listens on for canReach, all for the others.",
    }),
    despite: z
      .enum(["host-loss"])
      .exactOptional()
      .meta({ description: "With canReach: it holds after the loss of any one host as well." }),
    monitor: z
      .strictObject({
        every: durationField("How often it is looked at.", { min: seconds(1), max: milliseconds(3_600_000) }, ["10s"]),
      })
      .exactOptional()
      .meta({ description: "It is watched while the system runs, in the condition ContractHolds." }),
  })
  .meta({ id: "Clause", description: "One thing that must hold." });

const justificationSchema = z.strictObject({
  clause: z.string().max(60).meta({ description: "The name of a clause of this contract, or ensures[0] and so on." }),
  reason: z.string().max(400).meta({ description: "Why the risk is accepted." }),
});

export const contractFields = {
  ensures: z.array(clauseSchema).min(1).exactOptional().meta({
    description: "What holds when a change is through.",
  }),
  invariants: z.array(clauseSchema).min(1).exactOptional().meta({
    description: "What holds between every two steps of a change as well.",
  }),
  justified: z.array(justificationSchema).min(1).exactOptional().meta({
    description: "Clauses that may be refuted: an accepted risk.",
  }),
};

/** In the spec of a Service or a Network. */
export const contractField = z.strictObject(contractFields).exactOptional().meta({
  description: "What must hold of it: proved before a change is stored.",
});

export type ClauseInput = z.output<typeof clauseSchema>;
export type ContractBlock = z.output<z.ZodObject<typeof contractFields, z.core.$strict>>;
