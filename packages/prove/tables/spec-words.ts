/** Words in which the meaning of a state is written. */
import { workloadVeth, type Protocol } from "@netwright/contract";
import { Remembered, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import { fieldsOf, ipv6Family, protocols, type Field } from "./fields.ts";
import { accept, drop, type Chain, type Hook, type Program, type Rule, type Step } from "./program.ts";
import { longList, lookup, nothingYet, product, relation, type Relation, type Row } from "./relation.ts";
import { addressRows, isLongList, macRows, nameRows, type Reader } from "./values.ts";

export const test = (relationOf: Relation): Step => ({ kind: "Test", test: relationOf, negated: false });
export const not = (relationOf: Relation): Step => ({ kind: "Test", test: relationOf, negated: true });
export const verdict = {
  accept: { kind: "Verdict", verdict: accept },
  drop: { kind: "Verdict", verdict: drop },
} as const;

/** `when` all of these hold. */
export const rule = (name: string, ...steps: readonly Step[]): Rule => ({ name, text: name, steps });

/** Nearly all that are short are the same in each namespace. */
const known = new Remembered<string, Relation>(16_384);
const short = 8;

const remember = (name: string, words: readonly (string | number)[], make: () => Relation): Relation =>
  words.length > short ? make() : known.of(`${name} ${words.join(" ")}`, make);

export const numbers = (field: Field, ...values: readonly number[]): Relation =>
  remember(field, values, () =>
    relation(
      [field],
      values.map((value) => [value, value + 1]),
    ),
  );
const wordsOf = (name: string, read: Reader, words: readonly string[]): Relation =>
  remember(name, words, () => relation(fieldsOf(name), rowsOfWords(read, words)));

const rowsOfWords = (read: Reader, words: readonly string[]): readonly Row[] =>
  words.flatMap((word) => read(word) ?? []);

function addresses(name: "source" | "destination", places: readonly Place[]): Relation {
  // Drivers write them in this order too, so that most lists are seen to be the same as they stand there.
  const text = places.toSorted().join(",");
  if (!isLongList(text)) return wordsOf(name, addressRows, places);
  return longList(fieldsOf(name), text, () => rowsOfWords(addressRows, places));
}

/** Names end in `*` where all that begin so are meant. */
export const inBy = (...names: readonly string[]): Relation => wordsOf("in", nameRows, names);
export const outBy = (...names: readonly string[]): Relation => wordsOf("out", nameRows, names);
/** Tenant ends of workloads' devices begin so, and nothing else in a tenant's namespace does. */
export const anyWorkload = `${workloadVeth({ class: 0, number: 0 }).slice(0, 1)}*`;

type Place = Ipv6 | Ipv6Prefix;
export const isIpv6 = test(numbers("family", ipv6Family));
export const isTcpOrUdp = numbers("protocol", protocols["tcp"] as number, protocols["udp"] as number);
export const from = (...places: readonly Place[]): Relation => addresses("source", places);
export const to = (...places: readonly Place[]): Relation => addresses("destination", places);

/** Neighbour solicitations and advertisements that no router has passed on (RFC 4861 section 7.1). */
export const isNeighbourDiscovery: readonly Step[] = [
  isIpv6,
  test(numbers("protocol", protocols["icmpv6"] as number)),
  test(numbers("icmpType", 135, 136)),
  test(numbers("hopLimit", 255)),
];
/** Destination unreachable, packet too big, time exceeded, parameter problem (RFC 4443 section 3). */
export const isError: readonly Step[] = [
  isIpv6,
  test(numbers("protocol", protocols["icmpv6"] as number)),
  test(numbers("icmpType", 1, 2, 3, 4)),
];

/** Parts of tuples, one field or several each. */
const readers = {
  in: nameRows,
  out: nameRows,
  source: addressRows,
  destination: addressRows,
  etherDestination: macRows,
  protocol: (name: string) => [[protocols[name] as number, (protocols[name] as number) + 1]],
  destinationPort: (port: string) => [[Number(port), Number(port) + 1]],
  "source.3": (cls: string) => [[Number(cls), Number(cls) + 1]],
  "destination.3": (cls: string) => [[Number(cls), Number(cls) + 1]],
} as const;
type PartName = keyof typeof readers;
type Tuple = readonly (string | number)[];

const rowsOfTuple = (names: readonly PartName[], tuple: Tuple): readonly Row[] =>
  names.reduce<readonly Row[]>(
    (rows, name, index) => product(rows, readers[name](String(tuple[index])) ?? []),
    nothingYet,
  );
const fieldsByParts = new Map<string, readonly Field[]>();

function fieldsOfParts(names: readonly PartName[]): readonly Field[] {
  const key = names.join(" ");
  const fields = fieldsByParts.get(key) ?? names.flatMap(fieldsOf);
  fieldsByParts.set(key, fields);
  return fields;
}

/** One of these tuples. */
export const oneOf = (names: readonly PartName[], tuples: readonly Tuple[]): Relation =>
  relation(
    fieldsOfParts(names),
    tuples.flatMap((tuple) => rowsOfTuple(names, tuple)),
  );

/** Of equal tuples the first one counts: several manifests may ask for the same. */
export function translate(
  end: "source" | "destination",
  names: readonly PartName[],
  entries: readonly (readonly [Tuple, string])[],
): Step {
  const first = new Map(entries.toReversed().map(([tuple, value]) => [tuple.join(" "), { tuple, value }]));
  const rows = [...first.values()].flatMap(({ tuple, value }) =>
    rowsOfTuple(names, tuple).map((row) => ({ row, value })),
  );
  return { kind: "Translate", end, to: lookup(fieldsOfParts(names), rows) };
}

export const flowTo = (protocol: Protocol, port: number): readonly Step[] => [
  test(numbers("protocol", protocols[protocol] as number)),
  test(numbers("destinationPort", port)),
];

export function chain(hook: Hook, policy: Chain["policy"], rules: readonly Rule[]): Chain {
  return { name: `${hook.hook} of the state`, hook, policy, rules };
}

export const program = (chains: readonly Chain[]): Program => ({
  chains: new Map(chains.map((each, index) => [`${each.name} ${index}`, each])),
});

/** Where the kernel asks: before connection tracking, for translation of destinations, for filtering, of sources. */
export const hooks = {
  arriving: { type: "filter", hook: "prerouting", device: null, priority: -300 },
  translating: { type: "nat", hook: "prerouting", device: null, priority: -100 },
  forwarding: { type: "filter", hook: "forward", device: null, priority: 0 },
  leaving: { type: "nat", hook: "postrouting", device: null, priority: 100 },
  input: { type: "filter", hook: "input", device: null, priority: 0 },
} as const satisfies Record<string, Hook>;
