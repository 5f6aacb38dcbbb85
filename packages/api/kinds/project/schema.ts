/** Project: what one group of people may use, and where their services may be reached. */
import { z } from "zod";
import { hostnamePatternField } from "../../fields/hostname-pattern.ts";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { cpuField, memoryField } from "../../fields/quantity.ts";
import { conditionSchema } from "../condition.ts";
import { clusterObject } from "../metadata.ts";

const countField = (noun: string, description: string) =>
  integerField({ noun, min: 0, max: 1_000_000, description: `${description} Not limited when left out.` });

const quotaSchema = z
  .strictObject({
    services: countField("a number of services", "Services.").exactOptional(),
    networks: countField("a number of networks", "Networks, written or made on first use.").exactOptional(),
    addresses: countField("a number of addresses", "Public addresses: one a service with a listener.").exactOptional(),
    instances: countField("a number of instances", "Instances of all tiers, lb and proxy too.").exactOptional(),
    cpu: cpuField("Limits of all instances together; then every workload needs one.").exactOptional(),
    memory: memoryField("Limits of all instances together; then every workload needs one.", 1).exactOptional(),
    storage: memoryField("Sizes of all volumes together, kept ones too.", 1).exactOptional(),
  })
  .meta({ description: "How much its services may ask for together." });

const specSchema = z
  .strictObject({
    quota: quotaSchema.prefault({}),
    pools: z
      .array(nameField("The name of an AddressPool."))
      .exactOptional()
      .meta({ description: "AddressPools that its services may name. All when left out." }),
    issuers: z.array(nameField("The name of a CertificateIssuer.")).exactOptional().meta({
      description:
        "CertificateIssuers that its services may use, also by naming none where there is one called default. All when left out.",
    }),
    hostnames: z
      .array(hostnamePatternField("A host name, or *. and a name for every name below it."))
      .exactOptional()
      .meta({ description: "Host names that its services may expose. All when left out." }),
  })
  .prefault({})
  .meta({ description: "What it may use." });

const usedSchema = z.strictObject({
  services: z.number(),
  networks: z.number(),
  addresses: z.number(),
  instances: z.number(),
  cpu: z.string(),
  memory: z.string(),
  storage: z.string(),
});

const statusSchema = z.strictObject({
  used: usedSchema.meta({ description: "What its services ask for: replicas as written, times their limits." }),
  pools: z.array(z.string()).meta({ description: "AddressPools that are there for it." }),
  conditions: z.array(conditionSchema),
});

export const projectSchema = clusterObject("Project", { spec: specSchema, status: statusSchema });
export type Project = z.output<typeof projectSchema>;
/** What of a quota is counted. */
export type Quota = Project["spec"]["quota"];
