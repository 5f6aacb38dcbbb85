/** Stage Bounds: what the owner allows, what others need, and what there is room for. */
import type { Room, TierObservation } from "./observation.ts";
import type { TierScaling } from "./policy.ts";

export interface Bounded {
  readonly replicas: number;
  /** What cut growth off. */
  readonly cut?: "AtMaximum" | "NoRoom";
  readonly words: string;
}

export function bound(seen: TierObservation, { min, max }: TierScaling, asked: number): Bounded {
  const least = Math.max(min, Math.min(seen.floor ?? 0, seen.wanted));
  if (asked < least)
    return roomed(seen, least, least === min ? `at least ${min}` : `${least} are needed while members drain`);
  if (asked > max) return roomed(seen, max, `at most ${max}`, "AtMaximum");
  return roomed(seen, asked, "passes");
}

function roomed({ wanted, room }: TierObservation, asked: number, words: string, cut?: Bounded["cut"]): Bounded {
  const most = wanted + Math.max(0, room?.more ?? Infinity);
  if (asked > most && room !== undefined) return { replicas: most, cut: "NoRoom", words: roomWords(room) };
  return { replicas: asked, words, ...(cut === undefined ? {} : { cut }) };
}

export const roomWords = ({ more, limit }: Room): string =>
  `${limit === "Hosts" ? "hosts have" : "the project's quota has"} room for ${Math.max(0, more)} more`;
