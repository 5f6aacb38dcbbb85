/** Why a clause does not hold, for people: the packet, its way, the rules on it with their places. Pure. */
import type { ClauseProof, Origin } from "@netwright/api";
import { packetText } from "./packet.ts";
import { renderFields } from "./table.ts";
import { renderHops } from "./trace.ts";

/** Lines that end with a newline; empty where there is nothing to show. */
export function renderCounterexample({ counterexample, verdict, reason }: ClauseProof, indent: string): string {
  const rows: (readonly [string, string])[] = [];
  if (counterexample !== null) {
    const { message, packet, path, rules } = counterexample;
    rows.push(["why", message]);
    if (packet !== null) rows.push(["packet", `${packetText(packet)} ${packet.protocol}`]);
    if (path.length > 0) rows.push(["path", renderHops(path).trimEnd()]);
    if (rules.length > 0) rows.push(["rules", [...new Set(rules.map(originText))].join("\n")]);
  }
  if (verdict === "Justified") rows.push(["accepted", reason ?? "without a reason"]);
  return renderFields(rows, indent);
}

export function originText({ object, field, source }: Origin): string {
  const place = source === undefined ? "" : ` (${source.file}:${source.line}:${source.column})`;
  return `${object} ${field}${place}`;
}
