/** The least that has to be written. Pure. */
import type { DnsName, DnsRecord } from "./records.ts";

export type DnsChange =
  /** The name must be free of addresses and aliases; the marker is written with the first record. */
  | { readonly kind: "Create"; readonly name: string; readonly records: readonly DnsRecord[] }
  /** The marker must be there. */
  | { readonly kind: "Replace"; readonly name: string; readonly records: readonly DnsRecord[] }
  | { readonly kind: "Remove"; readonly name: string };

export interface DnsPlan {
  /** By name. */
  readonly changes: readonly DnsChange[];
  /** Wanted names that hold addresses of somebody else. */
  readonly foreign: readonly string[];
}

/** @param found one entry per name that is wanted or was written. */
export function planDns(wanted: readonly DnsRecord[], found: readonly DnsName[]): DnsPlan {
  const changes: DnsChange[] = [];
  const foreign: string[] = [];
  for (const have of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name, owned } = have;
    const records = wanted.filter((record) => record.name === name);
    if (records.length === 0) {
      if (owned) changes.push({ kind: "Remove", name });
    } else if (!owned) {
      if (have.addresses.length === 0) changes.push({ kind: "Create", name, records });
      else foreign.push(name);
    } else if (!holds(have, records)) changes.push({ kind: "Replace", name, records });
  }
  return { changes, foreign };
}

/** Whether a name has exactly these addresses, TTLs included. */
export function holds(have: DnsName, records: readonly DnsRecord[]): boolean {
  return textOf(have.addresses) === textOf(records);
}

const textOf = (list: readonly Pick<DnsRecord, "address" | "ttl">[]): string =>
  list
    .map(({ address, ttl }) => `${address} ${ttl}`)
    .toSorted()
    .join(", ");
