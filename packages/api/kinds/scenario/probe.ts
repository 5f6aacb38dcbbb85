/** Checks that send packets: what one node gets when it asks another. */
import { z } from "zod";
import { integerField } from "../../fields/integer.ts";
import { portField } from "../../fields/port.ts";
import { textExpectation } from "./expect.ts";
import { spanField } from "./span.ts";
import { hostField, targetField, urlField } from "./target.ts";

/** What becomes of a connection: made, refused by somebody (RST, ICMP), or nothing comes back. */
export const fates = ["Open", "Refused", "Dropped"] as const;
export type Fate = (typeof fates)[number];

const fateField = z.enum(fates).default("Open").meta({
  description: "Open: made. Refused: somebody says no (RST or ICMP). Dropped: nothing comes back.",
});

const familyField = z
  .union([z.literal(4), z.literal(6)])
  .exactOptional()
  .meta({ description: "IPv4 or IPv6 only." });

export const tcpSchema = z.strictObject({
  to: targetField("HOST:PORT; a node's name, a DNS name, or an address ([2001:db8::1]:80)."),
  is: fateField,
  family: familyField,
});

export const udpSchema = z.strictObject({
  to: targetField("HOST:PORT."),
  send: z
    .string()
    .default("ping")
    .meta({ description: "The datagram; sent once a second until something is answered." }),
  is: fateField.meta({ description: "Open: something is answered. Refused: an ICMP error. Dropped: silence." }),
  answer: textExpectation("What is answered"),
  family: familyField,
});

export const pingSchema = z.strictObject({
  to: hostField("A node's name, a DNS name, or an address."),
  is: fateField.meta({ description: "Open: an answer. Refused: unreachable, by ICMP. Dropped: silence." }),
  count: integerField({
    noun: "a number of requests",
    min: 1,
    max: 10_000,
    description: "How many, one after the other: all must fare alike.",
  }).default(1),
  size: integerField({ noun: "a number of octets", min: 0, max: 65_000, description: "Of payload." }).exactOptional(),
  fragment: z.boolean().default(true).meta({ description: "false: may not be fragmented on the way." }),
  family: familyField,
});

const certificateSchema = z.strictObject({
  issuer: textExpectation("The issuer's name"),
  names: z.array(z.string()).exactOptional().meta({ description: "Names that it is for, at least." }),
  validFor: spanField("At least this long from now on.").exactOptional(),
});

export const httpSchema = z.strictObject({
  url: urlField("http:// or https://; a node's name, a DNS name, or an address."),
  method: z.string().default("GET").meta({ description: "Of the request." }),
  headers: z.record(z.string(), z.string()).prefault({}).meta({ description: "Sent." }),
  send: z.string().exactOptional().meta({ description: "The request's body." }),
  status: integerField({ noun: "a status", min: 100, max: 599, description: "Expected." }).default(200),
  answerHeaders: z
    .record(z.string(), z.string())
    .prefault({})
    .meta({ description: "Expected, by name: a regular expression for the value." }),
  body: textExpectation("The answer's body"),
  family: familyField,
  insecure: z.boolean().default(false).meta({ description: "Take any certificate." }),
  certificate: certificateSchema.exactOptional().meta({ description: "What is expected of the server's." }),
  version: z.enum(["1.1", "2"]).exactOptional().meta({ description: "Of HTTP: what the answer came by." }),
  redirects: z.boolean().default(false).meta({ description: "Follow them." }),
  is: fateField.meta({ description: "Of the connection; with Refused or Dropped nothing else is looked at." }),
});

export const dnsSchema = z.strictObject({
  name: z.string().meta({ description: "What is asked for." }),
  type: z.string().default("AAAA").meta({ description: "Record type." }),
  server: hostField("Who is asked; left out: the node's resolver.").exactOptional(),
  code: z.string().default("NOERROR").meta({ description: "Response code (RFC 6895), for example NXDOMAIN." }),
  answers: z.array(z.string()).exactOptional().meta({
    description:
      "Exactly these, of that type, in any order; [] for none. Left out: one or more, where the code is NOERROR.",
  }),
});

/** Expected x observed: every pair of nodes. */
export const matrixSchema = z.strictObject({
  protocol: z.enum(["TCP", "UDP", "ICMP"]).default("TCP").meta({ description: "What is tried." }),
  port: portField("Of TCP or UDP.").exactOptional(),
  family: familyField,
  expect: z
    .record(z.string(), z.record(z.string(), z.enum(fates)))
    .meta({ description: "By node that asks, by node (or HOST) that is asked: Open, Refused or Dropped." }),
});
