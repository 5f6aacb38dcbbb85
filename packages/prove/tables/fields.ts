/**
 * What a packet is made of, as far as rules look at it: numbers, each below the size of its field. Long things stand in several,
 * the most significant first, cut where prefixes and identities are cut, so that each of them is an interval everywhere.
 */

export type Field = string;

const words = (name: string, sizes: readonly number[]): readonly (readonly [Field, number])[] =>
  sizes.map((size, index) => [`${name}.${index}`, size]);

/** Six octets, six, four: IFNAMSIZ is 16. */
export const nameSizes: readonly number[] = [2 ** 48, 2 ** 48, 2 ** 32];
/** The network's two halves; then host, class and instance (`identityOf`). */
export const addressSizes: readonly number[] = [2 ** 32, 2 ** 32, 2 ** 16, 2 ** 16, 2 ** 32];

/** In the order in which diagrams ask: what tells most packets apart first. */
const known: readonly (readonly [Field, number])[] = [
  /** NFPROTO_IPV4 or NFPROTO_IPV6. */
  ["family", 256],
  /** Of connection tracking: see `states`. */
  ["state", 5],
  ["dnat", 2],
  ["snat", 2],
  ...words("in", nameSizes),
  ...words("out", nameSizes),
  ["fragment", 2],
  ["protocol", 256],
  ["etherSource", 2 ** 48],
  ["etherDestination", 2 ** 48],
  ...words("source", addressSizes),
  ...words("destination", addressSizes),
  ["icmpType", 256],
  ["icmpCode", 256],
  ["hopLimit", 256],
  ["sourcePort", 2 ** 16],
  ["destinationPort", 2 ** 16],
  ["tcpFlags", 256],
  ["mark", 2 ** 32],
  ["connectionMark", 2 ** 32],
  ["packetType", 8],
];

/** Every packet is in one of them. */
export const states = ["invalid", "established", "related", "new", "untracked"] as const;
/** Linux' NFPROTO_IPV6, which is AF_INET6. */
export const ipv6Family = 10;
export const ipv4Family = 2;
export const protocols: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  "ipv6-icmp": 58,
  sctp: 132,
};

export const knownFields: readonly Field[] = known.map(([field]) => field);
const sizes = new Map(known);
const ranks = new Map(knownFields.map((field, index) => [field, index]));

/** What is not known by its name tells its size itself, or is true or false. A new value of a field has the field's. */
export const sizeOf = (field: Field): number =>
  sizes.get(field) ?? sizes.get(field.split("'", 1)[0] as string) ?? Number(/#(\d+)$/.exec(field)?.[1] ?? 2);

/** What a field is once something was written there. */
export const renewed = (field: Field, what: string): Field => `${field}'${what}`;

/** By the order of diagrams, then by name. */
export function compareFields(one: Field, other: Field): number {
  const order = (ranks.get(one) ?? ranks.size) - (ranks.get(other) ?? ranks.size);
  if (order !== 0) return order;
  return one < other ? -1 : Number(one > other);
}

const fieldsByName: ReadonlyMap<string, readonly Field[]> = new Map<string, readonly Field[]>([
  ...Map.groupBy(knownFields, (field) => field.replace(/\.\d$/, "")),
  ...knownFields.map((field): [string, readonly Field[]] => [field, [field]]),
]);

/** All words of a long thing; the word itself where it is one. */
export const fieldsOf = (name: string): readonly Field[] => fieldsByName.get(name) ?? [];
