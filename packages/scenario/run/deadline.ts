/** A span after which work is told to end. */
import { formatDuration, NetwrightError, type Clock, type Milliseconds } from "@netwright/base";

export interface Deadline {
  /** Aborts when the time is over, and by `end`. */
  readonly signal: AbortSignal;
  /** Set when the time was over before the work was. */
  over(): NetwrightError | undefined;
  /** Whatever still goes on with the signal ends too. */
  end(): void;
}

/** @param limit without one it never passes. @param what as in "the step" */
export function deadline(clock: Clock, limit: Milliseconds | undefined, what: string): Deadline {
  const work = new AbortController();
  const alarm = new AbortController();
  let over: NetwrightError | undefined;
  const pass = (span: Milliseconds): void => {
    over = new NetwrightError("NW1752", `${what} is not over after ${formatDuration(span)}`);
    work.abort(over);
  };
  if (limit !== undefined)
    void clock.sleep(limit, alarm.signal).then(
      () => pass(limit),
      () => {},
    );
  return {
    signal: work.signal,
    over: () => over,
    end() {
      alarm.abort();
      work.abort(new NetwrightError("NW1752", `${what} is over`));
    },
  };
}
