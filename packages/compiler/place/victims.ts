/** Which instances of a tier go first when there are too many. */
import type { InstanceEntry } from "../ledger-entries.ts";
import type { Observed } from "../observed.ts";
import { isReady } from "./ready.ts";

/** Those not ready first, then from the host with most of them, the newest first. */
export function victims(
  instances: readonly InstanceEntry[],
  count: number,
  observed: Observed,
): readonly InstanceEntry[] {
  const left = new Set(instances);
  const chosen: InstanceEntry[] = [];
  while (chosen.length < count && left.size > 0) {
    const crowd = new Map<string, number>();
    for (const { host } of left) crowd.set(host, (crowd.get(host) ?? 0) + 1);
    const rank = (instance: InstanceEntry): readonly number[] => [
      isReady(observed, instance) ? 0 : 1,
      crowd.get(instance.host) ?? 0,
      instance.number,
    ];
    const worst = [...left].reduce((a, b) => (isAbove(rank(b), rank(a)) ? b : a));
    left.delete(worst);
    chosen.push(worst);
  }
  return chosen;
}

/** Lexicographic order. */
function isAbove(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}
