/** Lists and watches of objects. */
import type { WireObject } from "../kinds/decode.ts";

export interface ObjectList {
  readonly items: readonly WireObject[];
  /** Watch from here to miss nothing. */
  readonly revision: number;
}

export interface WatchEvent {
  readonly type: "Added" | "Modified" | "Deleted";
  readonly revision: number;
  /** As it is now; for `Deleted`, as it was last. */
  readonly object: WireObject;
}
