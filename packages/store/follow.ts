/**
 * One watch over a log of changes. A watcher is a cursor into the log, not a queue of its own: a slow reader costs
 * no memory, and one that falls behind the kept revisions is told so instead of missing anything.
 */
import { NetwrightError } from "@netwright/base";
import { Wakeups } from "./wakeups.ts";

export interface ChangeLog<Change> {
  revision(): number;
  /** Changes of this revision and all before are forgotten. */
  forgotten(): number;
  /** Changes with `after < revision <= upTo`, in order. */
  changes(after: number, upTo: number): readonly Change[];
  readonly wakeups: Wakeups;
}

/** Revisions read from the log at once. */
const window = 256;

/**
 * Every change after `since`, earlier and live ones, until the signal aborts or the log ends.
 * @throws NW1507 when they are no longer all kept.
 */
export async function* follow<Change>(log: ChangeLog<Change>, since: number, signal: AbortSignal): AsyncGenerator<Change, void> {
  let cursor = since;
  while (!signal.aborted && !log.wakeups.ended) {
    if (cursor < log.forgotten() || cursor > log.revision()) throw forgottenError(cursor);
    const upTo = Math.min(cursor + window, log.revision());
    if (upTo === cursor) {
      await log.wakeups.next(signal);
      continue;
    }
    for (const change of log.changes(cursor, upTo)) {
      if (signal.aborted) return;
      yield change;
    }
    cursor = upTo;
  }
}

function forgottenError(revision: number): NetwrightError {
  return new NetwrightError("NW1507", `changes after revision ${revision} are not kept`, {
    hint: "list again and watch from the revision of the list",
  });
}
