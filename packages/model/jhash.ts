/**
 * The kernel's Jenkins hash (include/linux/jhash.h, lookup3) over 32-bit words, as nftables' `jhash`
 * expression computes it, so that the member a load balancer will pick can be told beforehand.
 */
import { maglevSeed, maglevSize } from "@netwright/contract";
import { ipv6Number, type Ipv6 } from "@netwright/base";

/** Arbitrary constant of the algorithm. */
const initial = 0xdead_beef;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** `jhash2`: equal to `jhash` over the same octets on little-endian machines. Result is unsigned. */
export function jhash2(words: readonly number[], seed: number): number {
  let a = (initial + words.length * 4 + seed) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; words.length - at > 3; at += 3) {
    a = (a + (words[at] ?? 0)) | 0;
    b = (b + (words[at + 1] ?? 0)) | 0;
    c = (c + (words[at + 2] ?? 0)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  const rest = words.length - at;
  if (rest === 0) return c >>> 0;
  if (rest === 3) c = (c + (words[at + 2] ?? 0)) | 0;
  if (rest >= 2) b = (b + (words[at + 1] ?? 0)) | 0;
  a = (a + (words[at] ?? 0)) | 0;
  return finish(a, b, c);
}

function finish(a: number, b: number, c: number): number {
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** Swaps network order into the little-endian word that the kernel reads from a register. */
const swap = (value: number): number =>
  ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);

/**
 * Slot of `maglevTable` for a client: what `jhash ip6 saddr . th sport mod 1021 seed S` yields. Five words: the
 * address, and the port in the first two octets of a padded fifth. The kernel scales, it does not divide
 * (`reciprocal_scale`): the product's upper half.
 */
export function maglevSlot(client: Ipv6, port: number, seed = maglevSeed, size = maglevSize): number {
  const address = ipv6Number(client);
  const words = [96n, 64n, 32n, 0n].map((shift) => swap(Number((address >> shift) & 0xffff_ffffn)));
  words.push(((port >>> 8) & 0xff) | ((port & 0xff) << 8));
  return Number((BigInt(jhash2(words, seed)) * BigInt(size)) >> 32n);
}
