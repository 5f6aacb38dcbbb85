/** Whether a firewall is the very one that it was. */
import { expect } from "vitest";
import type { NftObject } from "./node-facts.ts";

/** Sets that packets write to: the only ones whose entries expire. */
const learns = (text: string): boolean => text.includes('"flags":["timeout"]');

/** Everything but what passing packets change: counters, and what sets learn from them. */
export const withoutState = (objects: readonly NftObject[]) =>
  objects.map(({ key, handle, text, elements }) => ({ key, handle, text, elements: learns(text) ? [] : elements }));

/** Nothing was taken away or made anew: the same handles, counters that only rose, elements that stayed. */
export function expectKept(before: readonly NftObject[], now: readonly NftObject[]): void {
  const found = new Map(now.map((object) => [`${object.key} ${object.handle}`, object]));
  for (const object of before) {
    const still = found.get(`${object.key} ${object.handle}`);
    expect(still, `${object.key} is gone or was made anew`).toBeDefined();
    if (still === undefined) continue;
    expect(still.packets, object.key).toBeGreaterThanOrEqual(object.packets);
    if (!learns(object.text)) expect(still.elements).toEqual(expect.arrayContaining([...object.elements]));
  }
}
