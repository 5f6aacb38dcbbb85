/** Chance that repeats: the same numbers for the same seed and purpose. Pure. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** From 0 up to but not including 1. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** From `low` up to but not including `high`. */
  between(low: number, high: number): number;
}

/** @param purpose keeps streams apart: one more number drawn for one thing changes nothing for another */
export function randomOf(seed: number, purpose: string): Random {
  const generator = xoroshiro128plus(mixed(seed, purpose));
  // Seeds that differ by one bit give streams that begin alike: the first numbers are passed over.
  for (let count = 0; count < 16; count += 1) generator.next();
  const uniform = (): number => uniformFloat64(generator);
  let spare: number | undefined;
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    // Box and Muller, 1958: two independent normal numbers from two uniform ones.
    normal: () => {
      if (spare !== undefined) {
        const kept = spare;
        spare = undefined;
        return kept;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** FNV-1a over the purpose. The seed is spread first: else seed 1 for "b" would be seed 2 for "a". */
function mixed(seed: number, purpose: string): number {
  let hash = Math.imul(seed ^ 0x811c9dc5, 0x85ebca6b);
  hash ^= hash >>> 13;
  for (const letter of purpose) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
}
