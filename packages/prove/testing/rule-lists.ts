/** Lists of 5-tuple rules as networks have them, from a seed: what firewalls of workloads hold, and what people write. */
import { formatIpv4, formatIpv6, type IpPrefix } from "@netwright/base";
import { boxOf, type Interval } from "../rules/header.ts";
import type { Rule } from "../rules/rule-list.ts";

export type Family = "IPv4" | "IPv6";
/**
 * - `workloads`: who may talk to whom at which port, one rule each, as hosts' firewalls hold them; hardly any overlap.
 * - `nested`: prefixes in prefixes with ports, allow and deny, as access lists of routers grow.
 * - `deep`: many wide rules over one another, which no search likes.
 */
export const shapes = ["workloads", "nested", "deep"] as const;
export type Shape = (typeof shapes)[number];

/** mulberry32, public domain by Tommy Ettinger. Numbers from 0 to below 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A prefix of some site's addresses (10.0.0.0/8, fd00::/16); `length` counts from IPv4's 32. */
function prefixOf(random: () => number, family: Family, length: number): IpPrefix {
  const value = BigInt(Math.floor(random() * 2 ** 24));
  if (family === "IPv4") {
    const rest = BigInt(32 - length);
    return `${formatIpv4((((10n << 24n) | value) >> rest) << rest)}/${length}` as IpPrefix;
  }
  // The same bits as the middle of an address: /48 stands for /16, /128 for /32.
  const bits = length === 32 ? 128 : 32 + length;
  const rest = BigInt(128 - bits);
  const whole = (0xfd00n << 112n) | (value << 64n) | (length === 32 ? 1n + (value & 0xffn) : 0n);
  return `${formatIpv6((whole >> rest) << rest)}/${bits}` as IpPrefix;
}

const single = (value: number): Interval => ({ first: value, last: value });
const anyOf = <T>(random: () => number, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

const services = [22, 53, 80, 443, 3306, 5432, 6379, 8080, 8443, 9090];

function portsOf(random: () => number): Interval {
  const kind = random();
  if (kind < 0.6) return single(anyOf(random, services));
  if (kind < 0.8) return { first: 1024, last: 65_535 };
  const first = Math.floor(random() * 60_000);
  return { first, last: first + Math.floor(random() * 5000) };
}

const makers: Readonly<Record<Shape, (random: () => number, family: Family) => Omit<Rule, "id">>> = {
  workloads: (random, family) => ({
    match: boxOf({
      destination: prefixOf(random, family, 32),
      source: prefixOf(random, family, 32),
      protocol: 6,
      destinationPort: single(anyOf(random, services)),
    }),
    verdict: "Allow",
  }),
  nested: (random, family) => ({
    match: boxOf({
      destination: prefixOf(random, family, anyOf(random, [16, 20, 24, 24, 28, 32, 32])),
      source: prefixOf(random, family, anyOf(random, [8, 16, 20, 24, 24, 32])),
      protocol: anyOf(random, [6, 6, 6, 17]),
      destinationPort: portsOf(random),
    }),
    verdict: random() < 0.7 ? "Allow" : "Deny",
  }),
  deep: (random, family) => ({
    match: boxOf({
      ...(random() < 0.97 ? { destination: prefixOf(random, family, anyOf(random, [16, 24, 28, 32, 32, 32])) } : {}),
      ...(random() < 0.6 ? { source: prefixOf(random, family, anyOf(random, [8, 12, 16, 24, 32])) } : {}),
      ...(random() < 0.9 ? { protocol: anyOf(random, [6, 17]) } : {}),
      destinationPort: portsOf(random),
      ...(random() < 0.3 ? { sourcePort: portsOf(random) } : {}),
    }),
    verdict: random() < 0.5 ? "Allow" : "Deny",
  }),
};

export function rulesOf(shape: Shape, family: Family, count: number, seed = 1): readonly Rule[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, index) => ({ id: `r${index}`, ...makers[shape](random, family) }));
}
