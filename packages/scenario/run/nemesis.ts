/** Faults by a seeded schedule, until they are healed or the scenario ends. */
import type { Nemesis } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import { nemesisSchedule } from "@netwright/lab";
import type { Vain } from "./faults.ts";
import type { Scene } from "./scene.ts";

/**
 * Returns at once. Each fault ends by itself; what a machine cannot do is in the report as skipped. When none became
 * active at all, the run shows nothing.
 * @throws NW1205 when one of the faults can happen to nothing here
 */
export function runNemesis(scene: Scene, nemesis: Nemesis): void {
  const { stage, seed, faults } = scene;
  const { topology, programs, context } = stage;
  const schedule = nemesisSchedule(nemesis, { topology, programs, seed });
  const begun = context.clock.monotonic();
  const tried: (Vain | undefined)[] = [];
  const work = async (healed: AbortSignal): Promise<void> => {
    for (const { at, fault } of schedule) {
      const wait = begun + at - context.clock.monotonic();
      if (wait > 0) await context.clock.sleep(milliseconds(wait), healed);
      if (healed.aborted) return;
      tried.push(await faults.tryTo(fault));
    }
  };
  // Healing is what ends the waiting.
  const whole = async (healed: AbortSignal): Promise<void> => {
    await work(healed).catch(() => {});
    const vain = vainOf(tried);
    if (vain !== undefined) faults.inVain(vain);
  };
  faults.belongs(whole);
}

/** @param tried of each fault why it is not active */
export function vainOf(tried: readonly (Vain | undefined)[]): Vain | undefined {
  if (tried.includes(undefined)) return undefined;
  const [first] = [...tried.filter((each) => each?.verdict === "Error"), ...tried];
  if (first === undefined) return { verdict: "Skipped", reason: "nemesis: it was over before its first fault" };
  return { verdict: first.verdict, reason: `nemesis: none of its faults began: ${first.reason}` };
}
