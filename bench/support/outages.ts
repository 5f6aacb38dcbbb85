/** What became of requests after something happened. Pure. */
import { isFailed, type Answer } from "./load.ts";

export interface Outage {
  readonly sent: number;
  readonly failed: number;
  /** Milliseconds after it at which the last request was due that failed. */
  readonly lasted: number;
  /** Milliseconds between the first and the last of those: for what took effect at some moment after it was begun. */
  readonly between: number;
}

/**
 * Of requests on new connections that were due in the span and had ended by its end.
 * @param patience milliseconds after which one counts as failed, though it was answered: a SYN that is lost is sent again
 *   after a second, and may reach another member then
 */
export function outageOf(answers: readonly Answer[], from: number, to = Infinity, patience = Infinity): Outage {
  const sent = answers.filter(({ isNew, due, done }) => isNew && due >= from && done < to);
  const failed = sent.filter((answer) => isFailed(answer) || answer.done - answer.due >= patience);
  const dues = failed.map(({ due }) => due);
  const last = Math.max(from, ...dues);
  return {
    sent: sent.length,
    failed: failed.length,
    lasted: last - from,
    between: dues.length === 0 ? 0 : last - Math.min(...dues),
  };
}
