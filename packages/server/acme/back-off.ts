/** When to try again. Pure. */
import { milliseconds, type Milliseconds } from "@netwright/base";

const [first, longest] = [60_000, 12 * 3_600_000];
/** A failed challenge is dear: authorities allow five an hour for a name. 1, 4, 16 minutes and so on stay below. */
const factor = 4;
const longestAsked = 7 * 24 * 3_600_000;
/** Of the lifetime of a certificate that is renewed: a third of it is left for trying. */
const share = 1 / 20;

/**
 * @param failures in a row, from 1 on
 * @param chance from 0 to 1: names that failed together do not come back together
 * @param asked by the authority: never before that
 * @param lifetime of the certificate that is renewed; undefined when there is none
 */
export function retryDelay(
  failures: number,
  chance: number,
  asked: Milliseconds | undefined,
  lifetime?: Milliseconds,
): Milliseconds {
  const latest = lifetime === undefined ? longest : Math.min(longest, lifetime * share);
  const base = Math.min(first * factor ** Math.min(failures - 1, 20), latest);
  const jittered = base * (0.8 + 0.4 * chance);
  const wanted = Math.min(asked ?? 0, longestAsked);
  return milliseconds(Math.round(wanted > jittered ? wanted + base * 0.2 * chance : jittered));
}
