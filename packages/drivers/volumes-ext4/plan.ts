/** Makes what is new, removes what was discarded, and says what is missing. Pure. */
import type { Plan } from "@netwright/contract";
import type { VolumesHave } from "./observe.ts";
import type { VolumesWant } from "./want.ts";

export type VolumeChange =
  | { readonly kind: "Make"; readonly id: string; readonly sizeBytes: number }
  /** Nothing is made in its place: an empty volume in the place of a full one is worse than none. */
  | { readonly kind: "Miss"; readonly id: string }
  | { readonly kind: "Remove"; readonly id: string };

export function planVolumes(want: VolumesWant, { ids }: VolumesHave): Plan<VolumeChange> {
  return {
    install: want.flatMap(({ id, sizeBytes, phase }): VolumeChange[] => {
      if (ids.has(id) || phase === "Discarded") return [];
      return [phase === "New" ? { kind: "Make", id, sizeBytes } : { kind: "Miss", id }];
    }),
    retire: want.flatMap(({ id, phase }): VolumeChange[] =>
      phase === "Discarded" && ids.has(id) ? [{ kind: "Remove", id }] : [],
    ),
  };
}

export function describeVolume({ kind, id }: VolumeChange): string {
  if (kind === "Miss") return `await the data of volume ${id}`;
  return kind === "Make" ? `make volume ${id}` : `remove volume ${id} and its data`;
}
