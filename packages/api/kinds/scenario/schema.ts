/** Scenario: a test over several machines. Read by `netwright test`, never stored. */
import { z } from "zod";
import { clusterObject } from "../metadata.ts";
import { fileSchema, stepSchema } from "./step.ts";
import { spanField } from "./span.ts";
import { topologySchema } from "./topology.ts";

const valueSchema = z.union([z.string(), z.number(), z.boolean()]);

export const scenarioParts = {
  description: z.string().exactOptional().meta({ description: "What it shows, for people." }),
  needs: z.array(z.string()).prefault([]).meta({
    description: "Programs and features (program:postfix, netem, wire); without them it is skipped, with the reason.",
  }),
  parameters: z
    .record(z.string(), valueSchema)
    .prefault({})
    .meta({ description: "Values for ${{ NAME }} in any text of the file; `--set NAME=VALUE` overrides." }),
  files: z.array(fileSchema).prefault([]).meta({ description: "Put into nodes before anything runs." }),
  setup: z.array(stepSchema).prefault([]).meta({ description: "Steps that must succeed before the rest begins." }),
  teardown: z.array(stepSchema).prefault([]).meta({ description: "Steps that run whatever happened." }),
  timeout: spanField("For all of it, without building the lab; 5m when left out.").exactOptional(),
};

const specSchema = z
  .strictObject({
    ...scenarioParts,
    topology: topologySchema.exactOptional().meta({ description: "Left out: that of its suite." }),
    matrix: z
      .record(z.string(), z.array(valueSchema).min(1))
      .prefault({})
      .meta({ description: "It runs once for every combination of these parameters." }),
    steps: z.array(stepSchema).min(1).meta({ description: "In this order." }),
  })
  .meta({ description: "What is built, done and checked." });

const statusSchema = z.strictObject({});

export const scenarioSchema = clusterObject("Scenario", { spec: specSchema, status: statusSchema });
export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioSpec = Scenario["spec"];
