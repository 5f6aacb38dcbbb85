/** Starts what is missing, stops what is not wanted. Pure. */
import type { NodePaths, Plan, ProcessId } from "@netwright/contract";
import type { ImageRecord } from "../image-store/index.ts";
import type { RuntimeHave } from "./observe.ts";
import type { IdentityFiles } from "./identity.ts";
import { generationOf, lacksIdentity, missingSecrets, type ContainerInstance, type RuntimeWant } from "./want.ts";

export type RuntimeChange =
  /** Also over what a supervisor that was killed left: a container that still runs is watched on, not replaced. */
  | {
      readonly kind: "Start";
      readonly instance: ContainerInstance;
      readonly paths: NodePaths;
      /** Null for `host`. */
      readonly image: ImageRecord | null;
    }
  /** What it shows to proxies is exchanged, and it runs on. */
  | { readonly kind: "Identify"; readonly generation: string; readonly identity: IdentityFiles }
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
  const starts = missing.flatMap(([, instance]): RuntimeChange[] => {
    // The next state brings it.
    if (missingSecrets(instance).length > 0 || lacksIdentity(instance)) return [];
    const image = imageOf(instance, have);
    return image === undefined ? [] : [{ kind: "Start", instance, paths: have.paths, image }];
  });
  return {
    install: [...starts, ...identifications(wanted, have)],
    retire: unwanted.flatMap(([generation, { supervisor, stopping }]): RuntimeChange[] => {
      if (supervisor === null) return [{ kind: "Remove", generation }];
      return stopping ? [] : [{ kind: "Stop", generation, supervisor }];
    }),
  };
}

/** What runs with another identity than it should. One that is started has the right one. */
function identifications(
  wanted: ReadonlyMap<string, ContainerInstance>,
  { generations }: RuntimeHave,
): readonly RuntimeChange[] {
  return [...wanted].flatMap(([generation, { identity }]): RuntimeChange[] => {
    const found = generations.get(generation);
    const isHere = found !== undefined && found.supervisor !== null && !found.stopping;
    if (!isHere || identity === undefined || found.identity === identity.digest) return [];
    return [{ kind: "Identify", generation, identity }];
  });
}

/** Undefined while the image is not on this host: it is being fetched, and the container waits. */
function imageOf({ run }: ContainerInstance, { images }: RuntimeHave): ImageRecord | null | undefined {
  if (run.image === "host") return null;
  return run.digest === undefined ? undefined : images.get(run.digest);
}

export function describe(change: RuntimeChange): string {
  if (change.kind === "Start") return `start container ${change.instance.name}`;
  const [name = ""] = change.generation.split("@");
  if (change.kind === "Identify") return `exchange certificate of container ${name}`;
  return change.kind === "Stop" ? `stop container ${name}` : `remove what is left of container ${name}`;
}
