/** When a certificate is renewed. Pure. */
import { milliseconds, type Instant, type Milliseconds } from "@netwright/base";

export interface Lifetime {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** With a third of its life left, so that renewing can fail for long. */
export const usualRenewal = ({ notBefore, notAfter }: Lifetime): Instant =>
  (notAfter - (notAfter - notBefore) / 3) as Instant;

/**
 * A moment in the window that the authority proposes (RFC 9773 section 4.2); undefined for what is no window.
 * Never in the last quarter of its life, nor at once: an authority that errs must neither let certificates expire nor have
 * them ordered in a loop. A window that reaches beyond either is cut before a moment in it is chosen: what would lie outside
 * must not all come at its edge.
 * @param since when it was had
 */
export function proposedRenewal(
  answer: object,
  { notBefore, notAfter, since }: Lifetime & { readonly since: Instant },
  chance: number,
): Instant | undefined {
  const { suggestedWindow } = answer as {
    readonly suggestedWindow?: { readonly start?: unknown; readonly end?: unknown };
  };
  const [start, end] = [suggestedWindow?.start, suggestedWindow?.end].map((at) => Date.parse(String(at)));
  if (start === undefined || end === undefined || !(start < end)) return undefined;
  const life = notAfter - notBefore;
  const within = (at: number): number => Math.min(Math.max(at, since + life / 100), notAfter - life / 4);
  return (within(start) + (within(end) - within(start)) * chance) as Instant;
}

const [soonest, latest, usual] = [60_000, 24 * 3_600_000, 6 * 3_600_000];

/** When to ask for the window again (RFC 9773 section 4.3.2). */
export const windowPause = (asked: Milliseconds | undefined): Milliseconds =>
  milliseconds(Math.min(Math.max(asked ?? usual, soonest), latest));
