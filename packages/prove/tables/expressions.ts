/** What a rule looks at: words of nft(8) to fields. */
import { fieldsOf, ipv6Family, protocols, type Field } from "./fields.ts";
import { relation, type Relation } from "./relation.ts";
import {
  addressRows,
  bitsRows,
  familyRows,
  icmpTypeRows,
  macRows,
  nameRows,
  numberRows,
  packetTypeRows,
  protocolRows,
  stateRows,
  type Reader,
} from "./values.ts";

/** One part of what is looked at, and how its values are read. */
export interface Column {
  /** In the words of nft(8). */
  readonly text: string;
  readonly fields: readonly Field[];
  readonly read: Reader;
  /** What the kernel asks before it may read this. */
  readonly needs: readonly Relation[];
}

const is = (field: Field, value: number): Relation => relation([field], [[value, value + 1]]);
const ipv6 = is("family", ipv6Family);
const protocol = (name: string): Relation => is("protocol", protocols[name] as number);
const ports = numberRows();

const column = (text: string, name: string, read: Reader, needs: readonly Relation[] = []): Column => ({
  text,
  fields: fieldsOf(name),
  read,
  needs,
});

const columns: readonly Column[] = [
  column("iifname", "in", nameRows),
  column("oifname", "out", nameRows),
  column("meta nfproto", "family", familyRows),
  column("meta protocol", "family", familyRows),
  column("meta l4proto", "protocol", protocolRows),
  column("meta mark", "mark", ports),
  column("meta pkttype", "packetType", packetTypeRows),
  column("ether saddr", "etherSource", macRows),
  column("ether daddr", "etherDestination", macRows),
  column("ip6 saddr", "source", addressRows, [ipv6]),
  column("ip6 daddr", "destination", addressRows, [ipv6]),
  column("ip6 hoplimit", "hopLimit", ports, [ipv6]),
  column("ip6 nexthdr", "protocol", protocolRows, [ipv6]),
  column("th sport", "sourcePort", ports),
  column("th dport", "destinationPort", ports),
  ...["tcp", "udp"].flatMap((name) => [
    column(`${name} sport`, "sourcePort", ports, [protocol(name)]),
    column(`${name} dport`, "destinationPort", ports, [protocol(name)]),
  ]),
  column("icmpv6 type", "icmpType", icmpTypeRows, [ipv6, protocol("icmpv6")]),
  column("icmpv6 code", "icmpCode", ports, [ipv6, protocol("icmpv6")]),
  column("ct state", "state", stateRows),
  column("ct mark", "connectionMark", ports),
  column("exthdr frag", "fragment", numberRows({ exists: 1, missing: 0 })),
];
const byText = new Map(columns.map((each) => [each.text, each]));
const firstWords = new Set(columns.map(({ text }) => text.split(" ")[0]));

/** Bits of the IPv6 header (RFC 8200 section 3) that are words of an address of ours: `BASE,LENGTH`. */
const rawParts: Readonly<Record<string, Field>> = {
  "@nh,128,16": "source.2",
  "@nh,144,16": "source.3",
  "@nh,160,32": "source.4",
  "@nh,256,16": "destination.2",
  "@nh,272,16": "destination.3",
  "@nh,288,32": "destination.4",
  "@th,0,16": "sourcePort",
  "@th,16,16": "destinationPort",
};

/** The column whose words begin at this place, and how many they are. */
export function columnAt(
  tokens: readonly string[],
  at: number,
): { readonly column: Column; readonly length: number } | undefined {
  const [first = "", second = ""] = tokens.slice(at, at + 2);
  if (first.startsWith("@")) {
    const raw = rawColumn(first);
    return raw === undefined ? undefined : { column: raw, length: 1 };
  }
  const one = byText.get(first);
  if (one !== undefined) return { column: one, length: 1 };
  const two = firstWords.has(first) ? byText.get(`${first} ${second}`) : undefined;
  return two === undefined ? undefined : { column: two, length: 2 };
}

/** `@nh,144,16`: bits of a header, from where, how many. */
function rawColumn(text: string): Column | undefined {
  const match = /^@(?:nh|th|ll|ih),\d+,(\d+)$/.exec(text);
  if (match === null) return undefined;
  const bits = Number(match[1]);
  const part = rawParts[text];
  if (part !== undefined) return { text, fields: [part], read: bitsRows(bits), needs: [] };
  if (bits > 32 && bits % 32 !== 0) return undefined;
  const words = Math.max(1, bits / 32);
  const fields = Array.from({ length: words }, (_, index) => `${text}.${index}#${2 ** Math.min(bits, 32)}`);
  return { text, fields, read: bitsRows(bits), needs: [] };
}
