/**
 * The space of packets. An IPv6 address is five fields, cut where Netwright's own addresses are cut (docs/design/0001-shape.md):
 * a network's /64 in two words, host, class, instance. So every prefix is one box, and so is "all of this class, wherever they
 * run", and no field is larger than a number holds exactly. An IPv4 address is ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
 */
import { ipParts, type IpPrefix, type Ipv6Prefix } from "@netwright/base";
import type { Box } from "./box.ts";

/** Bits of each word of an address, from the left. */
const words = [32, 32, 16, 16, 32] as const;

const wordsOf = (end: "source" | "destination") =>
  [`${end}High`, `${end}Low`, `${end}Host`, `${end}Class`, `${end}Instance`] as const;

export const headerFields = [
  ...wordsOf("destination"),
  ...wordsOf("source"),
  /** IANA's number: 6 TCP, 17 UDP, 58 ICMPv6. */
  "protocol",
  "destinationPort",
  "sourcePort",
] as const;

const sizes: readonly number[] = [...words, ...words, 8, 16, 16].map((bits) => 2 ** bits);

export const anyPacket: Box = sizes.flatMap((size) => [0, size]);

/** An interval with both ends within. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** What is left out may be anything. */
export interface Match {
  readonly destination?: IpPrefix | Ipv6Prefix;
  readonly source?: IpPrefix | Ipv6Prefix;
  readonly protocol?: number;
  readonly destinationPort?: Interval;
  readonly sourcePort?: Interval;
}

export function boxOf({ destination, source, protocol, destinationPort, sourcePort }: Match): Box {
  return [
    ...(destination === undefined ? anyAddress : addressBounds(destination)),
    ...(source === undefined ? anyAddress : addressBounds(source)),
    ...bounds(protocol === undefined ? { first: 0, last: 255 } : { first: protocol, last: protocol }),
    ...bounds(destinationPort ?? anyPort),
    ...bounds(sourcePort ?? anyPort),
  ];
}

const anyAddress: readonly number[] = anyPacket.slice(0, 2 * words.length);
const anyPort: Interval = { first: 0, last: 65_535 };
const bounds = ({ first, last }: Interval): readonly number[] => [first, last + 1];

/** Bounds of the five words of a prefix. */
function addressBounds(prefix: IpPrefix | Ipv6Prefix): readonly number[] {
  const { value, length, family } = ipParts(prefix as IpPrefix);
  const isMapped = family === "IPv4";
  const bits = isMapped ? length + 96 : length;
  let seen = 0;
  return wordsOfValue(isMapped ? mapped | value : value).flatMap((word, index) => {
    const width = words[index] as number;
    const free = 2 ** Math.min(width, Math.max(0, seen + width - bits));
    seen += width;
    const from = Math.floor(word / free) * free;
    return [from, from + free];
  });
}

const mapped = 0xffffn << 32n;

function wordsOfValue(value: bigint): readonly number[] {
  let rest = value;
  return words
    .toReversed()
    .map((width) => {
      const word = Number(rest & ((1n << BigInt(width)) - 1n));
      rest >>= BigInt(width);
      return word;
    })
    .toReversed();
}
