/** Network: a tenant's own IPv6 network, carried between hosts over VXLAN. */
import { z } from "zod";
import { integerField } from "../../fields/integer.ts";
import { prefixField } from "../../fields/prefix.ts";
import { conditionSchema } from "../condition.ts";
import { contractField } from "../contract/block.ts";
import { projectObject } from "../metadata.ts";

const specSchema = z
  .strictObject({
    prefix: prefixField(
      "The network's /64. Given by Netwright when left out. Never announced; may overlap other networks.",
      {
        min: 64,
        max: 64,
        hint: "host, tier and instance number take the lower 64 bits of every address",
      },
    ).exactOptional(),
    mtu: integerField({
      noun: "an MTU",
      min: 1280,
      max: 65_000,
      description: "Octets of the largest packet. Derived from the underlay when left out.",
    }).exactOptional(),
    contract: contractField,
  })
  .prefault({})
  .meta({ description: "Its prefix and MTU, where they matter, and what must hold of it." });

const statusSchema = z.strictObject({
  vni: z.number().meta({ description: "VXLAN network identifier (RFC 7348)." }),
  prefix: z.string().meta({ description: "The /64 in use." }),
  mtu: z.number().meta({ description: "Octets; in use on every interface of the network." }),
  hosts: z.array(z.string()).meta({ description: "Hosts that carry it now." }),
  rules: z.array(z.strictObject({ host: z.string(), rules: z.number() })).meta({
    description: "Rules in each host's firewall for it: flows of its own workloads, and listeners that they serve.",
  }),
  ruleUnion: z.number().meta({ description: "Rules that one central firewall would hold for it." }),
  conditions: z.array(conditionSchema),
});

export const networkSchema = projectObject("Network", { spec: specSchema, status: statusSchema });
export type Network = z.output<typeof networkSchema>;
