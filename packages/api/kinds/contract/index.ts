/** The kind Contract, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { contractSchema, type Contract } from "./schema.ts";
import { validateContract } from "./validate.ts";

export const contract: Kind<Contract> = {
  kind: "Contract",
  plural: "contracts",
  aliases: [],
  scope: "Cluster",
  readOnly: false,
  summary: "What must hold of the whole network, proved before every change.",
  nameMax,
  schema: contractSchema,
  validate: validateContract,
  complete: (object) => object,
};
