/** One step: faults begin, commands run, programs and loads start, it is waited and checked, faults end. */
import { z } from "zod";
import { fileModeField } from "../../fields/file-mode.ts";
import { checkSchema } from "./check.ts";
import { nodesField } from "./expect.ts";
import { faultSchema } from "./fault.ts";
import { loadSchema } from "./load.ts";
import { nemesisSchema } from "./nemesis.ts";
import { spanField } from "./span.ts";

export const fileSchema = z
  .strictObject({
    at: nodesField("The node, or several."),
    path: z.string().meta({ description: "Absolute; directories are made." }),
    content: z.string().exactOptional().meta({ description: "The text itself; or source." }),
    source: z.string().exactOptional().meta({ description: "A file or directory beside the scenario's file." }),
    mode: fileModeField("Permission bits in octal.").prefault("0644"),
  })
  .meta({ id: "File", description: "A file that is put into nodes." });
export type ScenarioFile = z.output<typeof fileSchema>;

const faultPart = faultSchema.meta({ id: "Fault", description: "What fails, and how." });
const nemesisPart = nemesisSchema.meta({ id: "Nemesis", description: "Faults by chance, from a seed." });

const commandField = z.union([z.string(), z.array(z.string()).min(1)]);

const backgroundSchema = z.strictObject({
  name: z.string().meta({ description: "For `log` and `stop`; unique in the scenario." }),
  at: nodesField("The node, or several.").exactOptional(),
  run: commandField.meta({ description: "A line for sh, or a program with its arguments." }),
  mayEnd: z.boolean().default(false).meta({ description: "Ending by itself is no failure." }),
});
export type Background = z.output<typeof backgroundSchema>;

const actions = {
  name: z.string().exactOptional().meta({ description: "What it is for; made from the rest when left out." }),
  at: nodesField("Where `run` runs, and the default for what is below.").exactOptional(),
  faults: z.array(faultPart).prefault([]).meta({ description: "Begin with the step." }),
  keepFaults: z
    .boolean()
    .default(false)
    .meta({ description: "They end with the scenario, or by `heal`, not with the step." }),
  nemesis: nemesisPart
    .exactOptional()
    .meta({ description: "Faults by a seeded schedule, until the scenario ends or `heal`." }),
  heal: z.boolean().default(false).meta({ description: "First of all, every fault ends." }),
  files: z.array(fileSchema).prefault([]).meta({ description: "Put into nodes." }),
  run: z
    .union([commandField, z.array(z.array(z.string()).min(1))])
    .exactOptional()
    .meta({ description: "A line (or script) for sh, or a program with its arguments; its exit status must be 0." }),
  netwright: z.array(z.string()).exactOptional().meta({
    description: "Arguments of the netwright command for the lab's server, for example [apply, -f, shop.yaml].",
  }),
  stop: z.array(z.string()).prefault([]).meta({ description: "Background programs and loads that end now." }),
  background: z
    .array(backgroundSchema)
    .prefault([])
    .meta({ description: "Programs that run until the scenario ends." }),
  load: z.array(loadSchema).prefault([]).meta({ description: "Traffic that runs until the scenario ends." }),
  wait: z
    .array(checkSchema)
    .prefault([])
    .meta({ description: "What must become so before the step goes on; `eventually` is 30s when left out." }),
  pause: spanField("Stand still. A wait for a cause is better.").exactOptional(),
  checks: z.array(checkSchema).prefault([]).meta({ description: "What must hold." }),
  timeout: spanField("For the whole step; 60s when left out.").exactOptional(),
  critical: z.boolean().default(false).meta({ description: "When it fails, only steps with `always` follow." }),
  always: z.boolean().default(false).meta({ description: "Runs also after a critical step has failed." }),
  mayFail: z.boolean().default(false).meta({ description: "Its failure is shown, and does not count." }),
  breakpoint: z.boolean().default(false).meta({ description: "`--step` and a terminal: stop here." }),
  needs: z
    .array(z.string())
    .prefault([])
    .meta({ description: "Programs and features; without them the step is skipped." }),
};

export const actionSchema = z.strictObject(actions).meta({ id: "Action", description: "A step without steps in it." });
export type Action = z.output<typeof actionSchema>;

export const stepSchema = z
  .strictObject({
    ...actions,
    parallel: z
      .array(actionSchema)
      .exactOptional()
      .meta({ description: "Steps that run side by side, instead of the rest." }),
    include: z.string().exactOptional().meta({ description: "A file with a list of steps, which stand in its place." }),
    with: z.record(z.string(), z.unknown()).exactOptional().meta({ description: "Parameters for the included steps." }),
  })
  .meta({ id: "Step", description: "Something that is done, broken and checked." });
export type Step = z.output<typeof stepSchema>;
