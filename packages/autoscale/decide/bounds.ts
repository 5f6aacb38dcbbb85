/** Stage Bounds: what the owner allows, what others need, and what there is room for. */
import type { Room, TierObservation } from "./observation.ts";
import type { TierScaling } from "./policy.ts";

export interface Bounded {
  readonly replicas: number;
  /** What cut growth off. */
  readonly cut?: "AtMaximum" | "NoRoom";
  /** What kept it from shrinking as far as was asked. */
  readonly kept?: "Floor";
  readonly words: string;
}

export function bound(seen: TierObservation, { min, max }: TierScaling, asked: number): Bounded {
  const least = leastOf(seen, min);
  if (asked < least && least > min)
    return { ...roomed(seen, least, `${least} are needed while members drain`), kept: "Floor" };
  if (asked < least) return roomed(seen, least, `at least ${min}`);
  if (asked > max) return roomed(seen, max, `at most ${max}`, "AtMaximum");
  return roomed(seen, asked, "passes");
}

/** Fewest that may be left for now. What drains keeps a tier from shrinking, and never makes it grow. */
export const leastOf = ({ floor = 0, wanted }: Pick<TierObservation, "floor" | "wanted">, min: number): number =>
  Math.max(min, Math.min(floor, wanted));

function roomed({ wanted, room }: TierObservation, asked: number, words: string, cut?: Bounded["cut"]): Bounded {
  const most = wanted + Math.max(0, room?.more ?? Infinity);
  if (asked > most && room !== undefined) return { replicas: most, cut: "NoRoom", words: roomWords(room) };
  return { replicas: asked, words, ...(cut === undefined ? {} : { cut }) };
}

export const roomWords = ({ more, limit }: Room): string =>
  `${limit === "Hosts" ? "hosts have" : "the project's quota has"} room for ${Math.max(0, more)} more`;
