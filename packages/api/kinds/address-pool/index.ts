/** The kind AddressPool, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { addressPoolSchema, type AddressPool } from "./schema.ts";
import { validateAddressPool } from "./validate.ts";

export const addressPool: Kind<AddressPool> = {
  kind: "AddressPool",
  plural: "addresspools",
  aliases: ["pool", "pools"],
  scope: "Cluster",
  readOnly: false,
  summary: "Public addresses that services are given, and that edges announce as one.",
  nameMax,
  schema: addressPoolSchema,
  validate: validateAddressPool,
  complete: (object) => object,
};
