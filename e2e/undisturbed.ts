/** Some promises are about BGP sessions and packets; a machine that is too busy loses both without any change of ours. */
import type { LiveLab } from "./live-lab.ts";
import { changedSessions, momentOf, sessionsOf } from "./node-facts.ts";
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

/** So long before it was established again a session may have been lost: BGP's own patience, and some seconds to call anew. */
const outage = 15_000;
/** Hosts and edges have their routes again a moment after the session. */
const aftermath = 2000;

/**
 * For what cannot be done again: failures at moments when no session was lost. Nothing that these tests do ends one; those
 * beside them test that.
 * @param at in milliseconds since 1970
 */
export async function unexplained<F extends { readonly at: number }>(
  lab: LiveLab,
  birds: readonly string[],
  failures: readonly F[],
): Promise<readonly F[]> {
  if (failures.length === 0) return failures;
  const moments = (await sessionsOf(lab, birds)).map((line) => momentOf(line) * 1000);
  const isDisturbed = (at: number): boolean =>
    moments.some((moment) => at > moment - outage && at < moment + aftermath);
  const left = failures.filter(({ at }) => !isDisturbed(at));
  process.stdout.write(`${failures.length - left.length} of ${failures.length} failures while a session was lost\n`);
  return left;
}
