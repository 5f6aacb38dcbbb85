/** When an instance is asked again. Pure. */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { HealthCheck } from "@netwright/contract";
import type { Verdict } from "./health.ts";

/** While an instance is not well it is asked this often; while that is in question, more so. */
const unwell = milliseconds(100);
const inQuestion = milliseconds(50);

/** At most this part of the interval is left out, and never anything added: it is a promise. */
const spread = 0.1;

/**
 * Checks of many instances, begun together, would come together for ever. Each begins somewhere in its first interval and
 * moves on from there a little, by its own name: two runs ask at the same times.
 * @param count how often it was asked before
 */
export function pauseAfter(verdict: Verdict, check: HealthCheck, instance: string, count: number): Milliseconds {
  if (!verdict.healthy) return milliseconds(Math.min(check.interval, unwell));
  if (verdict.against > 0) return milliseconds(Math.min(check.interval, inQuestion));
  const share = fraction(`${instance} ${count}`);
  const part = count === 0 ? 1 - (1 - spread) * share : 1 - spread * share;
  return milliseconds(Math.round(check.interval * part));
}

/** 0 to 1, the same for the same text: FNV-1a with a last mixing, as short texts differ in their last letters only. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
