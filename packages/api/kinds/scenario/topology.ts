/** The network that a scenario runs on. */
import { z } from "zod";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { labNameMax, labSpecSchema } from "../lab/schema.ts";

export const topologySchema = z.strictObject({
  lab: labSpecSchema.exactOptional().meta({ description: "Nodes and links, as in a Lab's spec." }),
  file: z.string().exactOptional().meta({ description: "A Lab manifest, relative to this file." }),
  running: nameField("A lab that is up; it is neither built nor removed.", labNameMax).exactOptional(),
  site: z
    .strictObject({
      hosts: integerField({ noun: "a number of hosts", min: 1, max: 200, description: "Hypervisors." }).default(3),
    })
    .exactOptional()
    .meta({ description: "The default lab: a provider, edges, hosts with agents, a server." }),
});
export type ScenarioTopology = z.output<typeof topologySchema>;
