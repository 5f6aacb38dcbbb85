/** Lab: nodes and links of a test network on one machine. Read by `netwright lab`, never stored. */
import { z } from "zod";
import { addressField } from "../../fields/address.ts";
import { asnField } from "../../fields/asn.ts";
import { directoryPathField } from "../../fields/directory-path.ts";
import { hostnameField } from "../../fields/hostname.ts";
import { imageField } from "../../fields/image.ts";
import { gatewayField, interfaceAddressField, ipAddressField, macField, routeTargetField } from "../../fields/ip.ts";
import { integerField } from "../../fields/integer.ts";
import { interfaceField } from "../../fields/interface-name.ts";
import { nameField } from "../../fields/name.ts";
import { prefixField } from "../../fields/prefix.ts";
import { capacitySchema } from "../host/schema.ts";
import { clusterObject } from "../metadata.ts";

/** What a node is; each role is played by a real program. */
export const labRoles = [
  "Client",
  "Resolver",
  "NameServer",
  "Provider",
  "Edge",
  "Host",
  "Control",
  "Switch",
  "Linux",
] as const;
export type LabRole = (typeof labRoles)[number];

const routeSchema = z.strictObject({
  to: routeTargetField("Where it leads; `default` is everywhere in the gateway's family."),
  via: ipAddressField("The next hop.").exactOptional(),
  dev: interfaceField("The interface it leaves by; found by the next hop when left out.").exactOptional(),
});

const nodeSchema = z.strictObject({
  name: nameField("Unique in the lab.", 15),
  role: z.enum(labRoles).meta({
    description:
      "What it is: Provider runs FRR, Edge runs BIRD, Resolver unbound, NameServer knot, Control the server; Switch is a bridge, Linux an empty node.",
  }),
  managed: z.boolean().exactOptional().meta({
    description: "Edge: false makes it somebody else's, without an agent and with FRR in place of BIRD.",
  }),
  asn: asnField(
    "AS number of a Provider (64500 when left out), Edge (64510) or Host (4200000000 + id).",
  ).exactOptional(),
  id: integerField({
    noun: "a host number",
    min: 1,
    max: 65_534,
    description: "Host: its number; counted from 1 when left out.",
  }).exactOptional(),
  capacity: capacitySchema.exactOptional().meta({ description: "Host: what instances may be promised." }),
  rootfs: directoryPathField(
    "Linux: the root of its files, in place of this machine's. It writes over it, never into it.",
  ).exactOptional(),
  image: imageField(
    "Linux: an image whose files it has in place of this machine's, and whose environment its commands have.",
  ).exactOptional(),
  forwarding: z.boolean().exactOptional().meta({
    description:
      "Linux: whether it forwards packets of others; when left out it does with links to two others or more.",
  }),
  sysctls: z
    .record(z.string(), z.union([z.string(), z.int()]))
    .exactOptional()
    .meta({
      description: "Kernel settings of its network, all under `net`.",
      examples: ["net.ipv4.tcp_syncookies: 0"],
    }),
  gateway: gatewayField(
    "Its default route: an address on one of its links, or one of each family. A Linux with a single link has the only node there that forwards when left out.",
  ).exactOptional(),
  routes: z.array(routeSchema).exactOptional().meta({ description: "Routes beside those of its own prefixes." }),
});

const endSchema = z.strictObject({
  node: nameField("The node.", 15),
  interface: interfaceField("Its device; named after the other end when left out.").exactOptional(),
  address: addressField("Its address; given from the lab's plan when left out.").exactOptional(),
  addresses: z.array(interfaceAddressField("One of them.")).exactOptional().meta({
    description:
      "Its addresses in place of the plan's, each with the length of its prefix; `[]` leaves it to the node (router advertisements, DHCP).",
  }),
  mac: macField("Its MAC address; given from the lab's plan when left out.").exactOptional(),
});

const linkSchema = z.strictObject({
  name: nameField("For cut, heal and capture; both nodes' names joined by a hyphen when left out.", 31).exactOptional(),
  ends: z.array(endSchema).length(2).meta({ description: "Two nodes joined by one link." }),
  mtu: integerField({ noun: "an MTU", min: 1350, max: 65_535, description: "Octets." }).default(1500),
});

export const labSpecSchema = z
  .strictObject({
    zone: hostnameField("DNS zone that service host names lie in.").prefault("example.net"),
    pool: prefixField("Public addresses for services.", {
      min: 16,
      max: 127,
      hint: "a pool gives out addresses",
    }).prefault("2001:db8:100::/64"),
    nodes: z.array(nodeSchema).min(1).meta({ description: "The machines." }),
    links: z.array(linkSchema).prefault([]).meta({ description: "The cables." }),
  })
  .meta({ description: "Its nodes and links." });

const statusSchema = z.strictObject({});

export const labNameMax = 20;

export const labSchema = clusterObject("Lab", { spec: labSpecSchema, status: statusSchema }, labNameMax);
/** As the schema leaves it: links may lack names, hosts may lack numbers. */
export type LabInput = z.output<typeof labSchema>;
export type LabNode = z.output<typeof nodeSchema>;
export type LabRoute = z.output<typeof routeSchema>;
export type LabEnd = z.output<typeof endSchema>;
export type LabLink = z.output<typeof linkSchema> & { readonly name: string };
export type Lab = LabInput & { readonly spec: { readonly links: readonly LabLink[] } };
