/** Host: a hypervisor with an agent. */
import { z } from "zod";
import { addressField } from "../../fields/address.ts";
import { asnField } from "../../fields/asn.ts";
import { directoryPathField } from "../../fields/directory-path.ts";
import { integerField } from "../../fields/integer.ts";
import { interfaceField } from "../../fields/interface-name.ts";
import { nameField } from "../../fields/name.ts";
import { nameServerField } from "../../fields/name-server.ts";
import { cpuField, memoryField } from "../../fields/quantity.ts";
import { clusterObject } from "../metadata.ts";
import { hostStatusSchema } from "../node-status.ts";

const uplinkSchema = z.strictObject({
  interface: interfaceField("The host's own device."),
  router: nameField("The Router at the other end."),
  localAddress: addressField("The host's address on the link."),
  peerAddress: addressField("The router's address on the link."),
});

const hostPathSchema = z.strictObject({
  path: directoryPathField("The directory itself; those in it are not allowed by it."),
  readOnly: z.boolean().default(true).meta({ description: "False: workloads may write there." }),
  projects: z
    .array(nameField("The name of a project."))
    .exactOptional()
    .meta({ description: "Projects whose workloads may see it. All when left out." }),
});

export const capacitySchema = z
  .strictObject({
    cpu: cpuField("What instances may be promised together. Not limited when left out.").exactOptional(),
    memory: memoryField("What instances may be promised together. Not limited when left out.", 1).exactOptional(),
    storage: memoryField("What volumes may hold together. Not limited when left out.", 1).exactOptional(),
    instances: integerField({
      noun: "a number of instances",
      min: 0,
      max: 65_535,
      description: "How many may run.",
    }).default(250),
  })
  .meta({ description: "What instances may be promised." });

const specSchema = z
  .strictObject({
    id: integerField({
      noun: "a host number",
      min: 1,
      max: 65_534,
      description: "The host's number in every address it gives out. Unique; never changed.",
    }),
    asn: asnField("The host's own AS number. 4200000000 + id when left out.").exactOptional(),
    vtep: addressField("Tunnel end point: an address of the host itself, on lo."),
    uplinks: z.array(uplinkSchema).min(1).meta({ description: "Links to routers, each with a BGP session." }),
    mtu: integerField({
      noun: "an MTU",
      min: 1350,
      max: 65_535,
      description: "Octets; the smallest of the uplinks'. Tenant networks have 70 less.",
    }).default(1500),
    capacity: capacitySchema.prefault({}),
    nameServers: z.array(nameServerField("An address that the host reaches.")).min(1).exactOptional().meta({
      description:
        "Whom resolvers of networks here ask for names outside. Those of the host's own /etc/resolv.conf when left out.",
    }),
    hostPaths: z
      .array(hostPathSchema)
      .exactOptional()
      .meta({ description: "Directories of the host that workloads may ask for by hostPath; no other is ever shown." }),
    loadBalancer: z.enum(["ebpf", "nftables"]).exactOptional().meta({
      description:
        "What leads flows to members: ebpf when left out. With nftables open connections to members that drain may break when they come to another host.",
    }),
    paused: z.boolean().default(false).meta({ description: "True: its agent looks and reports but changes nothing." }),
    schedulable: z
      .boolean()
      .default(true)
      .meta({ description: "False: no new instance is placed here, and those that are here move elsewhere first." }),
  })
  .meta({ description: "Its number, its links and what it may carry." });

export const hostSchema = clusterObject("Host", { spec: specSchema, status: hostStatusSchema });
/** As the schema leaves it: `asn` may be missing. */
export type HostInput = z.output<typeof hostSchema>;
export type Host = HostInput & { readonly spec: { readonly asn: number } };
export type Uplink = z.output<typeof uplinkSchema>;
