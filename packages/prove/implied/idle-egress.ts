/** Rules for egress that add nothing: the others together lead wherever they do. */
import { isPrefix, matchesDomain, type DomainPattern, type Ipv6Prefix } from "@netwright/base";
import type { EgressEntry } from "@netwright/contract";
import { boxOf } from "../rules/header.ts";
import { isRedundant, isShadowed } from "../rules/questions.ts";
import { RuleList } from "../rules/rule-list.ts";

export interface Idle {
  readonly entry: EgressEntry;
  /** Those that lead there as well: it has something of each, and all of it together. */
  readonly others: readonly EgressEntry[];
}

/** The first one of one host's network. Rules about addresses are one thing, rules about names another: a name may have any address. */
export function idleEgress(egress: readonly EgressEntry[]): Idle | undefined {
  const alike = Map.groupBy(egress, ({ from, protocol, port, to }) => `${from} ${protocol} ${port} ${isPrefix(to)}`);
  for (const entries of alike.values()) {
    if (entries.length === 1) continue;
    const found = isPrefix((entries[0] as EgressEntry).to) ? idlePrefix(entries) : idleName(entries);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of two that are the same the later one adds nothing. */
function idlePrefix(entries: readonly EgressEntry[]): Idle | undefined {
  const matches = entries.map(({ to }) => boxOf({ destination: to as Ipv6Prefix }));
  const list = new RuleList(
    "Deny",
    matches.map((match, index) => ({ id: String(index), match, verdict: "Allow" })),
  );
  const indexes = [...entries.keys()];
  const index =
    indexes.find((row) => isShadowed(list, row).verdict === "Proved") ??
    indexes.find((row) => isRedundant(list, row).verdict === "Proved");
  if (index === undefined) return undefined;
  list.remove(String(index));
  const others = list.overlapping(matches[index] as (typeof matches)[number]);
  return { entry: entries[index] as EgressEntry, others: others.map((row) => entries[row] as EgressEntry) };
}

function idleName(entries: readonly EgressEntry[]): Idle | undefined {
  for (const [index, entry] of entries.entries()) {
    const wide = entries.find(
      (each, other) => other !== index && covers(each, entry) && (other < index || !covers(entry, each)),
    );
    if (wide !== undefined) return { entry, others: [wide] };
  }
  return undefined;
}

const covers = (wide: EgressEntry, narrow: EgressEntry): boolean =>
  wide.to === narrow.to || matchesDomain(wide.to as DomainPattern, narrow.to);
