/** Rules about `impair`. */
import { finding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Impairment } from "./impair.ts";

export function validateImpairment(impair: Impairment, path: FieldPath): readonly Finding[] {
  const { match } = impair;
  const effects = Object.keys(impair).filter((field) => field !== "seed" && field !== "match");
  const needsDelay = (["jitter", "reorder"] as const).filter((field) => impair[field] !== undefined);
  return [
    ...(effects.length === 0
      ? [finding("NW1202", path, "does nothing to frames", "write loss, delay, rate, duplicate or corrupt")]
      : []),
    ...(impair.delay === undefined
      ? needsDelay.map((field) => finding("NW1205", [...path, field], "needs delay", "write delay, for example 20ms"))
      : []),
    ...((impair.jitter ?? 0) > (impair.delay ?? Infinity)
      ? [finding("NW1205", [...path, "jitter"], "is above delay", "frames cannot arrive before they are sent")]
      : []),
    ...(match === undefined ? [] : matchFindings(match, [...path, "match"])),
  ];
}

function matchFindings({ protocol, ...match }: NonNullable<Impairment["match"]>, path: FieldPath): readonly Finding[] {
  if (protocol === undefined && Object.keys(match).length === 0)
    return [finding("NW1202", path, "has no condition", "leave it out for all frames")];
  if (protocol === "arp-nd" && (match.from !== undefined || match.to !== undefined))
    return [finding("NW1205", [...path, "protocol"], "arp-nd has no other conditions", "leave from and to out")];
  if (match.port !== undefined && (protocol === "icmp" || protocol === "arp-nd"))
    return [finding("NW1205", [...path, "port"], `${protocol} has no ports`, "write tcp or udp")];
  return [];
}
