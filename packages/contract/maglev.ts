/**
 * The slot table that every load balancer of a listener builds alike from the same members
 * (Maglev, NSDI 2016, section 3.4). Pure; same members, same table, on every host.
 */

/** Slots per listener: prime, so that every skip walks the whole table. Part of the hash; never changed in place. */
export const maglevSize = 1021;

/** Seed of the hash over client address and port that picks the slot: the same on every host. Never changed in place. */
export const maglevSeed = 0x6e77_0001;

/** Index into `members` for every slot. Empty table when there are no members. */
export function maglevTable(members: readonly string[], size = maglevSize): Uint16Array {
  if (members.length === 0) return new Uint16Array(0);
  const walks = members.map((name) => ({
    next: hash(name, 0x9e37_79b1) % size,
    skip: (hash(name, 0x85eb_ca6b) % (size - 1)) + 1,
  }));
  const table = new Uint16Array(size);
  const taken = new Uint8Array(size);
  let filled = 0;
  for (;;) {
    for (const [index, walk] of walks.entries()) {
      while (taken[walk.next] === 1) walk.next = (walk.next + walk.skip) % size;
      table[walk.next] = index;
      taken[walk.next] = 1;
      if (++filled === size) return table;
    }
  }
}

/** FNV-1a with a seed and a final avalanche (murmur3's), 32 bits. */
function hash(text: string, seed: number): number {
  let value = (0x811c_9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x0100_0193) >>> 0;
  }
  value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b) >>> 0;
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35) >>> 0;
  return (value ^ (value >>> 16)) >>> 0;
}
