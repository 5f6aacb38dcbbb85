/** CertificateIssuer: who signs certificates of services, beside the built-in authority. */
import { z } from "zod";
import { mailAddressField } from "../../fields/mail-address.ts";
import { httpsUrlField } from "../../fields/https-url.ts";
import { nameField } from "../../fields/name.ts";
import { conditionSchema } from "../condition.ts";
import { clusterObject, defaultProject } from "../metadata.ts";

const bindingSchema = z
  .strictObject({
    keyId: z
      .string()
      .regex(/^[!-~]{1,200}$/, { error: "must be 1 to 200 visible characters, as the authority gave it out" })
      .meta({ description: "Name of the key, as the authority gave it out." }),
    secretRef: z
      .strictObject({
        project: nameField("The Secret's project; default when left out.").default(defaultProject),
        name: nameField("The Secret."),
        key: z.string().meta({ description: "Which of its values: the key, base64url as the authority gave it out." }),
      })
      .meta({ description: "Where the key is. It is used once, when the account is made." }),
  })
  .meta({
    description:
      "Binds the account to one that the authority keeps elsewhere (RFC 8555 section 7.3.4), where it asks for that.",
  });

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
    externalAccountBinding: bindingSchema.exactOptional(),
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
