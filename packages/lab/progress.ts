/** How long each stage took, told as it happens. */
import { milliseconds, type Clock, type Milliseconds } from "@netwright/base";

export interface Progress {
  /** One or two words, for example `links`. */
  readonly stage: string;
  /** What is there now, for people. Empty while the stage has only begun. */
  readonly detail: string;
  /** Null while the stage has only begun. */
  readonly took: Milliseconds | null;
}

export type OnProgress = (progress: Progress) => void;

/** Runs one stage: tells that it began and, with what it gives back as detail, that it is done. */
export async function runStage<T>(
  clock: Clock,
  onProgress: OnProgress,
  stage: string,
  action: () => Promise<T>,
  detail: (result: T) => string,
): Promise<T> {
  const begin = clock.monotonic();
  onProgress({ stage, detail: "", took: null });
  const result = await action();
  onProgress({ stage, detail: detail(result), took: milliseconds(clock.monotonic() - begin) });
  return result;
}
