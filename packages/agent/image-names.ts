/** Which images a state asks for. Pure. */
import { parseImageReference, type Digest, type StoredImageReference } from "@netwright/base";
import type { HostState } from "@netwright/contract";

export interface WantedImage {
  /** As in the HostState. */
  readonly name: string;
  readonly reference: StoredImageReference;
  /** Null: this host looks it up. */
  readonly digest: Digest | null;
}

/** Each once; one that is known before one that is not. */
export function wantedImages(state: HostState): readonly WantedImage[] {
  const runs = state.networks.flatMap(({ workloads }) => workloads.map(({ run }) => run));
  const found = new Map<string, WantedImage>();
  for (const run of runs) {
    if (run.kind !== "Container") continue;
    const reference = parseImageReference(run.image);
    if (reference.kind === "Host") continue;
    const wanted = { name: run.image, reference, digest: run.digest ?? null };
    found.set(`${wanted.name} ${wanted.digest ?? ""}`, wanted);
  }
  return [...found.values()];
}
