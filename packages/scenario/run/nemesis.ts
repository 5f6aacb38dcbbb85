/** Faults by a seeded schedule, until they are healed or the scenario ends. */
import type { Nemesis } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import { nemesisSchedule } from "@netwright/lab";
import type { Scene } from "./scene.ts";

/**
 * Returns at once. Each fault ends by itself; what a machine cannot do is in the report as skipped.
 * @throws NW1205 when one of the faults can happen to nothing here
 */
export function runNemesis(scene: Scene, nemesis: Nemesis): void {
  const { stage, seed, faults } = scene;
  const { topology, programs, context } = stage;
  const schedule = nemesisSchedule(nemesis, { topology, programs, seed });
  const healed = faults.untilHealed();
  const begun = context.clock.monotonic();
  const work = async (): Promise<void> => {
    for (const { at, fault } of schedule) {
      const wait = begun + at - context.clock.monotonic();
      if (wait > 0) await context.clock.sleep(milliseconds(wait), healed);
      if (healed.aborted) return;
      await faults.tryTo(fault);
    }
  };
  // Healing is what ends the waiting.
  faults.belongs(work().catch(() => {}));
}
