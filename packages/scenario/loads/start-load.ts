/** Starts the traffic of a load. */
import type { Load } from "@netwright/api";
import type { Scene } from "../run/scene.ts";
import type { RunningLoad } from "./running-load.ts";

export async function startLoad(scene: Scene, load: Load): Promise<RunningLoad> {
  throw new RangeError(`${scene.seed} ${load.name}`);
}
