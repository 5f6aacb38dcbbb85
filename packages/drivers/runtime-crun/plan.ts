/** Starts what is missing, stops what is not wanted. Pure. */
import type { NodePaths, Plan, ProcessId } from "@netwright/contract";
import type { ImageRecord } from "../image-store/index.ts";
import type { RuntimeHave } from "./observe.ts";
import { generationOf, missingSecrets, type ContainerInstance, type RuntimeWant } from "./want.ts";

export type RuntimeChange =
  /** Also over what a supervisor that was killed left: a container that still runs is watched on, not replaced. */
  | {
      readonly kind: "Start";
      readonly instance: ContainerInstance;
      readonly paths: NodePaths;
      /** Null for `host`. */
      readonly image: ImageRecord | null;
    }
  | { readonly kind: "Stop"; readonly generation: string; readonly supervisor: ProcessId }
  /** No supervisor is left to clean up behind itself. */
  | { readonly kind: "Remove"; readonly generation: string };

export function plan(want: RuntimeWant, have: RuntimeHave): Plan<RuntimeChange> {
  const wanted = new Map(want.map((instance) => [generationOf(instance), instance]));
  const missing = [...wanted].filter(([generation]) => {
    const found = have.generations.get(generation);
    return found === undefined || found.supervisor === null || found.stopping;
  });
  const unwanted = [...have.generations].filter(([generation]) => !wanted.has(generation));
  return {
    install: missing.flatMap(([, instance]): RuntimeChange[] => {
      // The next state brings it.
      if (missingSecrets(instance).length > 0) return [];
      const image = imageOf(instance, have);
      return image === undefined ? [] : [{ kind: "Start", instance, paths: have.paths, image }];
    }),
    retire: unwanted.flatMap(([generation, { supervisor, stopping }]): RuntimeChange[] => {
      if (supervisor === null) return [{ kind: "Remove", generation }];
      return stopping ? [] : [{ kind: "Stop", generation, supervisor }];
    }),
  };
}

/** Undefined while the image is not on this host: it is being fetched, and the container waits. */
function imageOf({ run }: ContainerInstance, { images }: RuntimeHave): ImageRecord | null | undefined {
  if (run.image === "host") return null;
  return run.digest === undefined ? undefined : images.get(run.digest);
}

export function describe(change: RuntimeChange): string {
  if (change.kind === "Start") return `start container ${change.instance.name}`;
  const [name = ""] = change.generation.split("@");
  return change.kind === "Stop" ? `stop container ${name}` : `remove what is left of container ${name}`;
}
