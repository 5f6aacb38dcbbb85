/** Some promises are about BGP sessions and packets; a machine that is too busy loses both without any change of ours. */
import type { LiveLab } from "./live-lab.ts";
import { changedSessions, sessionsOf } from "./node-facts.ts";
import { until } from "./until.ts";

const attempts = 4;

const established = (lab: LiveLab, birds: readonly string[]): Promise<readonly string[]> =>
  until(
    "every session is established",
    () => sessionsOf(lab, birds),
    (lines) => lines.length > 0 && lines.every((line) => line.includes(" Established")),
  );

/**
 * Runs a check between two looks at the sessions. When it fails and a session went down meanwhile, it is run again: the
 * machine does that now and then, a defect of ours every time. What it does must stand being done again.
 */
export async function undisturbed(
  lab: LiveLab,
  birds: readonly string[],
  check: (attempt: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await established(lab, birds);
    try {
      await check(attempt);
      return;
    } catch (error) {
      const now = await sessionsOf(lab, birds);
      if (attempt === attempts || changedSessions(before, now).length === 0) throw error;
      // The next attempt may end otherwise, or never.
      process.stdout.write(`attempt ${attempt}, disturbed: ${String(error)}\n`);
    }
  }
}
