/** Where the parts in C are: the loader, and the programs for the kernel. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NodePaths } from "@netwright/contract";

export interface Programs {
  readonly loader: string;
  readonly object: string;
}

/** From sources, from a bundle, or from a chunk of one. */
const places = ["../../../native/out", "../native/out", "../../native/out"];

/** Undefined where they are not built. */
export function programs(): Programs | undefined {
  return places
    .map((place) => join(import.meta.dirname, place))
    .map((directory) => ({ loader: join(directory, "balancer"), object: join(directory, "balancer.bpf.o") }))
    .find(({ loader, object }) => existsSync(loader) && existsSync(object));
}

/** What is pinned lies in a file system of its own there. */
export const pinsDirectory = ({ run }: NodePaths): string => `${run}/balancer`;

/** As the loader wants it. */
export const pathOf = (netns: string): string => `/run/netns/${netns}`;
