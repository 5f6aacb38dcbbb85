/** `expose[]`: listeners on the service's public address. */
import { milliseconds, seconds, type Milliseconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { hostnameField } from "../../fields/hostname.ts";
import { nameField } from "../../fields/name.ts";
import { portField } from "../../fields/port.ts";

const hours = (count: number): Milliseconds => milliseconds(count * 3_600_000);

export const exposeSchema = z.strictObject({
  hostname: hostnameField("The name that clients use; gets an AAAA record."),
  protocol: z
    .enum(["HTTPS", "TCP", "UDP"])
    .meta({ description: "HTTPS ends TLS at the proxy; TCP and UDP pass through." }),
  port: portField(
    "The port that clients use. HTTPS: 443 when left out; else required.",
    "the port that clients connect to, for example 443",
  ).exactOptional(),
  certificate: z
    .enum(["auto"])
    .exactOptional()
    .meta({ description: "HTTPS only. auto: issued and renewed by Netwright; the default." }),
  certificateRef: z
    .strictObject({ name: nameField("The Secret, in the same project.") })
    .exactOptional()
    .meta({
      description:
        "HTTPS only, instead of certificate: your own, from the keys tls.crt (the chain) and tls.key of a Secret.",
    }),
  issuer: nameField(
    "HTTPS only: the CertificateIssuer. Left out: the one called default where there is one, else the built-in authority.",
  ).exactOptional(),
  redirectHttp: z
    .boolean()
    .exactOptional()
    .meta({ description: "HTTPS only. Answer http on port 80 with a redirect; true when left out." }),
  hsts: durationField(
    "HTTPS only. Tell browsers to use nothing but https for so long (RFC 6797); they are not told when left out.",
    { min: seconds(0), max: hours(2 * 365 * 24) },
    ["8760h"],
  ).exactOptional(),
  tier: nameField("TCP and UDP only: the tier that serves it; the first one when left out.", 15).exactOptional(),
  families: z
    .array(z.enum(["IPv6", "IPv4"]))
    .min(1)
    .default(["IPv6"])
    .meta({ description: "Address families. IPv4 is not built yet." }),
});

export type ExposeInput = z.output<typeof exposeSchema>;
