/** The kind Network, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { networkSchema, type Network } from "./schema.ts";
import { validateNetwork } from "./validate.ts";

export const network: Kind<Network> = {
  kind: "Network",
  plural: "networks",
  aliases: ["net", "nets"],
  scope: "Project",
  readOnly: false,
  summary: "A tenant's own IPv6 network, carried between hosts over VXLAN.",
  nameMax,
  schema: networkSchema,
  validate: validateNetwork,
  complete: (object) => object,
};
