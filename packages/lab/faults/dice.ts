/** Chance that repeats: the same throws for the same seed and turn. Pure. */
import { createHash } from "node:crypto";

export interface Dice {
  /** A whole number from 0 up to but not including the bound, at most 2^32. */
  below(bound: number): number;
  pick<T>(values: readonly T[]): T;
  shuffle<T>(values: readonly T[]): readonly T[];
}

export function dice(seed: number, turn: number): Dice {
  let thrown = 0;
  const below = (bound: number): number => {
    const digest = createHash("sha256").update(`${seed} ${turn} ${thrown++}`).digest();
    // 48 bits: what is left of a bias is below one in 65,536 of a part.
    return digest.readUIntBE(0, 6) % bound;
  };
  return {
    below,
    pick: <T>(values: readonly T[]): T => values[below(values.length)] as T,
    shuffle: <T>(values: readonly T[]): readonly T[] => {
      const left = [...values];
      return values.map(() => left.splice(below(left.length), 1)[0] as T);
    },
  };
}
