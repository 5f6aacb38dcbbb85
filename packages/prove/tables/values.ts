/** Words of rules and elements as intervals: names of devices, addresses, MACs, numbers. */
import { ipv6Value, Remembered } from "@netwright/base";
import { ipv4Family, ipv6Family, nameSizes, protocols, states } from "./fields.ts";
import type { Row } from "./relation.ts";

/** All boxes that a word stands for; undefined where it is none of this kind. */
export type Reader = (word: string) => readonly Row[] | undefined;

function readName(word: string): readonly Row[] | undefined {
  const text = word.replaceAll('"', "");
  const isPrefix = text.endsWith("*");
  const octets = [...Buffer.from(isPrefix ? text.slice(0, -1) : text, "latin1")];
  if (octets.length > 15) return undefined;
  const row: number[] = [];
  let at = 0;
  for (const size of nameSizes) {
    const room = Math.log2(size) / 8;
    const here = octets.slice(at, at + room);
    const missing = 256 ** (room - here.length);
    const first = here.reduce((sum, octet) => sum * 256 + octet, 0) * missing;
    row.push(first, isPrefix ? first + missing : first + 1);
    at += room;
  }
  return [row];
}

/** The same words stand in the tables of many hosts. */
function remembering(read: Reader): Reader {
  const known = new Remembered<string, readonly Row[] | undefined>(65_536);
  return (word) => known.of(word, read);
}

const longEnough = 400;

/** True for a list of addresses, and nothing else, of which it is worth while not to read them one by one. */
export const isLongList = (text: string): boolean => text.length > longEnough && /^[0-9a-f:,/]+$/.test(text);

function readAddress(word: string): readonly Row[] | undefined {
  const [first = "", last] = word.split("-");
  if (last !== undefined) {
    const [from, to] = [ipv6Value(first), ipv6Value(last)];
    return from === undefined || to === undefined ? undefined : prefixesBetween(from, to).map(prefixRow);
  }
  const [address = "", length = "128"] = first.split("/");
  const groups = groupsOf(address);
  return groups === undefined ? undefined : [rowOf(groups, Number(length))];
}

/** The eight groups of the usual text; there are many of them, so they are not read by way of one large number. */
function groupsOf(text: string): readonly number[] | undefined {
  const at = text.indexOf("::");
  const head = at === -1 ? text : text.slice(0, at);
  const tail = at === -1 ? "" : text.slice(at + 2);
  const groups = [head, tail].map((part) => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16))));
  const [before = [], behind = []] = groups;
  const zeros = 8 - before.length - behind.length;
  if (!/^[0-9a-f:]+$/i.test(text) || (at === -1 ? zeros !== 0 : zeros < 1)) {
    const value = ipv6Value(text);
    return value === undefined ? undefined : groupsOf(groupsText(value));
  }
  return [...before, ...Array<number>(zeros).fill(0), ...behind];
}

const groupsText = (value: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(":");

const addressBits = [32, 32, 16, 16, 32] as const;

function rowOf([a = 0, b = 0, c = 0, d = 0, host = 0, cls = 0, e = 0, f = 0]: readonly number[], length: number): Row {
  const words = [a * 65_536 + b, c * 65_536 + d, host, cls, e * 65_536 + f];
  let left = length;
  return words.flatMap((word, index) => {
    const bits = addressBits[index] as number;
    const free = 2 ** (bits - Math.min(bits, Math.max(0, left)));
    left -= bits;
    const from = word - (word % free);
    return [from, from + free];
  });
}

const prefixRow = ({ value, length }: { readonly value: bigint; readonly length: number }): Row =>
  rowOf(groupsOf(groupsText(value)) ?? [], length);

function prefixesBetween(from: bigint, to: bigint): readonly { readonly value: bigint; readonly length: number }[] {
  const found: { value: bigint; length: number }[] = [];
  for (let value = from; value <= to;) {
    let length = 128;
    const fits = (shorter: number): boolean => {
      const size = 1n << BigInt(128 - shorter);
      return value % size === 0n && value + size - 1n <= to;
    };
    while (length > 0 && fits(length - 1)) length--;
    found.push({ value, length });
    value += 1n << BigInt(128 - length);
  }
  return found;
}

/** `"w2.1"`, and `"w*"` for all that begin so. */
export const nameRows: Reader = remembering(readName);
/** `2001:db8::1`, `fd00::/8`, `2001:db8::1-2001:db8::5`. */
export const addressRows: Reader = remembering(readAddress);

export const macRows: Reader = (word) => {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(word)) return undefined;
  const value = parseInt(word.replaceAll(":", ""), 16);
  return [[value, value + 1]];
};

/** `443`, `0x1bb`, `8000-8999`, or one of these names. */
export const numberRows =
  (names: Readonly<Record<string, number>> = {}): Reader =>
  (word) => {
    const value = (text: string): number => names[text] ?? (/^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN);
    // A name may have a hyphen: `nd-neighbor-solicit`.
    const whole = value(word);
    if (!Number.isNaN(whole)) return [[whole, whole + 1]];
    const [from = "", to = ""] = word.split("-");
    const bounds = [value(from), value(to) + 1];
    return bounds.some(Number.isNaN) ? undefined : [bounds];
  };

/** So many bits, in words of 32. */
export const bitsRows =
  (bits: number): Reader =>
  (word) => {
    if (bits <= 32) return numberRows(protocols)(word);
    const value = /^(0x[0-9a-f]+|\d+)$/i.test(word) ? BigInt(word) : ipv6Value(word);
    if (value === undefined) return undefined;
    const words = Array.from({ length: bits / 32 }, (_, index) =>
      Number((value >> BigInt(bits - 32 * (index + 1))) & 0xffff_ffffn),
    );
    return [words.flatMap((part) => [part, part + 1])];
  };

export const protocolRows = numberRows(protocols);
export const familyRows = numberRows({ ipv4: ipv4Family, ipv6: ipv6Family, ip: ipv4Family, ip6: ipv6Family });
export const stateRows = numberRows(Object.fromEntries(states.map((name, index) => [name, index])));

/** RFC 4443, RFC 4861. */
export const icmpTypeRows = numberRows({
  "destination-unreachable": 1,
  "packet-too-big": 2,
  "time-exceeded": 3,
  "parameter-problem": 4,
  "echo-request": 128,
  "echo-reply": 129,
  "mld-listener-query": 130,
  "mld-listener-report": 131,
  "mld-listener-done": 132,
  "mld-listener-reduction": 132,
  "nd-router-solicit": 133,
  "nd-router-advert": 134,
  "nd-neighbor-solicit": 135,
  "nd-neighbor-advert": 136,
  "nd-redirect": 137,
  "mld2-listener-report": 143,
});

export const packetTypeRows = numberRows({ host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 });
