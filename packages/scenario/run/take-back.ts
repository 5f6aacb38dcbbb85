/** A step that is tried again begins anew: what it left running before is taken back. */
import { allOf, eachOf } from "./all-of.ts";
import type { Scene } from "./scene.ts";

/** @returns what ends programs, loads and faults that began after this. @throws NW1751 when a fault does not end */
export function takeBack({
  programs,
  loads,
  faults,
}: Pick<Scene, "programs" | "loads" | "faults">): () => Promise<void> {
  const [programsBefore, loadsBefore] = [programs.length, loads.length];
  const healLater = faults.bookmark();
  return () =>
    eachOf([
      healLater,
      () => allOf([...loads.splice(loadsBefore), ...programs.splice(programsBefore)].map((each) => each.stop())),
    ]);
}
