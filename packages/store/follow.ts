/**
 * One watch over a log of changes. A watcher is a cursor into the log, not a queue of its own: a slow reader costs
 * no memory, and one that falls behind the kept revisions is told so instead of missing anything.
 */
import { NetwrightError } from "@netwright/base";
import type { Wakeups } from "./wakeups.ts";

/** Revisions that a store reads from its log at once. */
export const window = 256;

export interface ChangeLog<Change> {
  revision(): number;
  /** Changes of this revision and all before are forgotten. */
  forgotten(): number;
  /** The next changes after that revision, in order and in whole revisions, and the revision that they reach. */
  next(after: number): { readonly changes: readonly Change[]; readonly upTo: number };
  readonly wakeups: Wakeups;
}

/**
 * Every change after `since`, earlier and live ones, until the signal aborts or the log ends.
 * @throws NW1507 when they are no longer all kept.
 */
export async function* follow<Change>(
  log: ChangeLog<Change>,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  let cursor = since;
  while (!signal.aborted && !log.wakeups.ended) {
    if (cursor < log.forgotten() || cursor > log.revision()) throw forgottenError(cursor);
    if (cursor === log.revision()) {
      await log.wakeups.next(signal);
      continue;
    }
    const { changes, upTo } = log.next(cursor);
    for (const change of changes) {
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
