/** How nodes of ours speak to a router that belongs to others. */
import { seconds } from "@netwright/base";
import { z } from "zod";
import { communityField } from "../../fields/community.ts";
import { durationField } from "../../fields/duration.ts";
import { filePathField } from "../../fields/file-path.ts";
import { integerField } from "../../fields/integer.ts";
import { bfdSchema } from "./bfd.ts";

export const sessionSchema = z
  .strictObject({
    passwordFile: filePathField(
      "File on each node that speaks to the router; its first line is the TCP MD5 password (RFC 2385).",
    ).exactOptional(),
    multihop: integerField({
      noun: "a number of hops",
      min: 2,
      max: 255,
      description: "So many hops away at most; on the same link when left out.",
    }).exactOptional(),
    ttlSecurity: z.boolean().default(false).meta({
      description: "True: packets from farther away are refused (GTSM, RFC 5082); both ends must have it.",
    }),
    communities: z
      .array(communityField("Two numbers (RFC 1997) or three (RFC 8092)."))
      .prefault([])
      .meta({ description: "Attached to service addresses and pools that are announced to it." }),
    maxPrefixes: integerField({
      noun: "a number of prefixes",
      min: 1,
      max: 10_000_000,
      description: "The session is closed when it sends more, and tried again; not limited when left out.",
    }).exactOptional(),
    gracefulRestart: z.boolean().default(false).meta({
      description: "True: it keeps routes for 30 s while BIRD here restarts (RFC 4724), and also while a node is dead.",
    }),
    bfd: bfdSchema("300ms").prefault({}),
    holdTime: wholeSeconds("Without a word for so long the session ends (RFC 4271).", 3, 65_535).prefault("9s"),
    keepaliveTime: wholeSeconds("Between two words; at most a third of holdTime.", 1, 21_845).prefault("3s"),
  })
  .meta({ description: "How hosts and managed routers speak to it; only with managed: false." });

export type Session = z.output<typeof sessionSchema>;

/** BGP counts in seconds. */
function wholeSeconds(description: string, min: number, max: number) {
  return durationField(description, { min: seconds(min), max: seconds(max) });
}
