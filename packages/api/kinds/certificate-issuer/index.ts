/** The kind CertificateIssuer, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { certificateIssuerSchema, type CertificateIssuer } from "./schema.ts";
import { validateCertificateIssuer } from "./validate.ts";

export const certificateIssuer: Kind<CertificateIssuer> = {
  kind: "CertificateIssuer",
  plural: "certificateissuers",
  aliases: ["issuer", "issuers"],
  scope: "Cluster",
  readOnly: false,
  summary: "An authority that signs certificates of services, reached by ACME.",
  nameMax,
  schema: certificateIssuerSchema,
  validate: validateCertificateIssuer,
  complete: (object) => object,
};
