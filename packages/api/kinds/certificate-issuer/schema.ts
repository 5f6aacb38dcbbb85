/** CertificateIssuer: who signs certificates of services, beside the built-in authority. */
import { z } from "zod";
import { mailAddressField } from "../../fields/mail-address.ts";
import { httpsUrlField } from "../../fields/https-url.ts";
import { conditionSchema } from "../condition.ts";
import { clusterObject } from "../metadata.ts";

const acmeSchema = z
  .strictObject({
    directory: httpsUrlField("Where the authority says what it offers; its account and orders hang on it."),
    contact: z
      .array(mailAddressField("A mail address."))
      .max(5)
      .prefault([])
      .meta({ description: "Whom the authority tells about trouble. Many ask for one." }),
    termsOfServiceAgreed: z
      .literal(true, { error: "must be true: read what the authority's directory points to" })
      .meta({
        description: "That you agree to the authority's terms of service. No account is made without.",
      }),
    challenge: z.enum(["http-01", "dns-01"]).default("http-01").meta({
      description: "How control of a name is shown: over port 80 of the service, or by a record in the server's zone.",
    }),
    caBundle: z.string().exactOptional().meta({
      description: "Certificates, PEM, that the directory's own TLS is verified against; the system's when left out.",
    }),
  })
  .meta({ description: "An authority that speaks ACME (RFC 8555)." });

const specSchema = z.strictObject({ acme: acmeSchema }).meta({ description: "Where certificates come from." });

const statusSchema = z.strictObject({
  account: z.string().exactOptional().meta({ description: "URL of the account at the authority." }),
  conditions: z.array(conditionSchema),
});

export const certificateIssuerSchema = clusterObject("CertificateIssuer", { spec: specSchema, status: statusSchema });
export type CertificateIssuer = z.output<typeof certificateIssuerSchema>;
