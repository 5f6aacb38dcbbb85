/** Faults by a seeded schedule, until they are healed or the scenario ends. */
import type { Nemesis } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import type { Scene } from "./scene.ts";

/** Returns at once. */
export function runNemesis(scene: Scene, nemesis: Nemesis): void {
  void scene;
  void nemesis;
  void milliseconds;
}
