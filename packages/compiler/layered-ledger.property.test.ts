import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LayeredLedger } from "./layered-ledger.ts";
import type { LedgerChange, LedgerEntry } from "./ledger.ts";

const counter = (next: number): LedgerEntry => ({ kind: "Counter", next });
const key = fc.integer({ min: 0, max: 12 }).map((number) => `counter/${number}`);
const change: fc.Arbitrary<LedgerChange> = fc.record({
  key,
  entry: fc.option(fc.nat(99).map(counter), { nil: undefined }),
});

test("it has what a map has after the same changes, and ledgers before stay as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat(99))), fc.array(fc.array(change)), (entries, rounds) => {
      const map = new Map(entries.map(([name, next]) => [name, counter(next)]));
      const base = new Map(map);
      let ledger = new LayeredLedger(base);
      for (const changes of rounds) {
        const [before, was] = [ledger, [...ledger]];
        ledger = ledger.with(changes);
        for (const { key: name, entry } of changes) {
          if (entry === undefined) map.delete(name);
          else map.set(name, entry);
        }
        expect(new Map(ledger)).toEqual(map);
        expect([ledger.size, new Set(ledger.keys()), [...ledger.values()].length]).toEqual([
          map.size,
          new Set(map.keys()),
          map.size,
        ]);
        for (let number = 0; number <= 12; number++) {
          const name = `counter/${number}`;
          expect([ledger.get(name), ledger.has(name)]).toEqual([map.get(name), map.has(name)]);
        }
        expect([...before]).toEqual(was);
      }
    }),
    { numRuns: 100 },
  );
});
