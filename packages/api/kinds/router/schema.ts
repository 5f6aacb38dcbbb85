/** Router: an edge router, Netwright's own or somebody else's. */
import { z } from "zod";
import { addressField, routerIdField } from "../../fields/address.ts";
import { asnField } from "../../fields/asn.ts";
import { interfaceField } from "../../fields/interface-name.ts";
import { nameField } from "../../fields/name.ts";
import { clusterObject } from "../metadata.ts";
import { nodeStatusSchema } from "../node-status.ts";
import { managedBfdSchema } from "./bfd.ts";
import { sessionSchema, type Session } from "./session.ts";

const linkSchema = z.strictObject({
  interface: interfaceField("The router's own device."),
  router: nameField("The Router at the other end; or host.").exactOptional(),
  host: nameField("The Host at the other end; or router.").exactOptional(),
  localAddress: addressField("This router's address on the link."),
  peerAddress: addressField("The other end's address on the link."),
});

const specSchema = z
  .strictObject({
    managed: z.boolean().default(true).meta({
      description: "True: an agent runs there and writes the BGP configuration. False: it belongs to others.",
    }),
    asn: asnField("AS number. Managed routers of one fabric share it."),
    routerId: routerIdField("BGP identifier (RFC 6286); required when managed.").exactOptional(),
    paused: z.boolean().default(false).meta({ description: "True: its agent looks and reports but changes nothing." }),
    upstream: z
      .boolean()
      .default(false)
      .meta({ description: "True: a provider's router, which leads to the internet." }),
    links: z
      .array(linkSchema)
      .prefault([])
      .meta({ description: "Links to hosts and other routers, each with a BGP session." }),
    bfd: managedBfdSchema.exactOptional(),
    session: sessionSchema.exactOptional(),
  })
  .meta({ description: "Whose it is and what it is linked to." });

export const routerSchema = clusterObject("Router", { spec: specSchema, status: nodeStatusSchema });
/** As the schema leaves it. */
export type RouterInput = z.output<typeof routerSchema>;
/** `bfd` stands in every router that is managed, `session` in every other. */
export type Router = RouterInput & { readonly spec: { readonly session?: Session } };
export type RouterLink = z.output<typeof linkSchema>;
