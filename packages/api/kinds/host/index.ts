/** The kind Host, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { completeHost } from "./defaults.ts";
import { hostSchema, type Host, type HostInput } from "./schema.ts";
import { validateHost } from "./validate.ts";

export const host: Kind<HostInput, Host> = {
  kind: "Host",
  plural: "hosts",
  aliases: [],
  scope: "Cluster",
  readOnly: false,
  summary: "A hypervisor with an agent, its links to routers and what it may carry.",
  nameMax,
  schema: hostSchema,
  validate: validateHost,
  complete: completeHost,
};
