/** The compiler at the size of a large site: everything anew, and what one change costs. */
import { applyLedgerChanges, compile, createCompilation, reconcile } from "@netwright/compiler";
import { start } from "../packages/compiler/testing.ts";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { largeFabric, resized } from "./support/large-fabric.ts";

type Large = ReturnType<typeof largeFabric>;

/** A tier grows by one and shrinks by one in turn. Deciding is `reconcile`, what it means for hosts is `update`. */
function scaling(large: Large): { decide(): void; update(): number } {
  const kept = createCompilation(large);
  let { objects, ledger } = large;
  let count = 0;
  let changes: ReturnType<typeof reconcile>["changes"] = [];
  return {
    decide: () => {
      objects = resized(objects, (count += 7) % 1000, 1);
      ({ changes } = reconcile({ objects, ledger, observed: large.observed, now: start }));
      ledger = applyLedgerChanges(ledger, changes);
    },
    update: () => kept.update({ objects, ledger: changes }).changed.length,
  };
}

/** A proxy fails and is ready again in turn. */
function observing(large: Large): () => number {
  const kept = createCompilation(large);
  const instances = new Map(large.observed.instances).set("default/s7-proxy-1", { phase: "Failed" });
  const failed = { ...large.observed, instances };
  let count = 0;
  return () => kept.update({ observed: count++ % 2 === 0 ? failed : large.observed }).changed.length;
}

/** A change that reaches no host would measure nothing. */
function reaching(change: () => number): () => Promise<void> {
  return async () => {
    if (change() === 0) throw new RangeError("Invariant: the change reaches a host");
  };
}

function cases(large: Large): readonly Case[] {
  const full = { run: async () => void compile(large) };
  const tier = scaling(large);
  const decided = { reset: async () => tier.decide(), run: reaching(() => tier.update()) };
  return [
    { name: "full", bars: [{ of: "median", atMost: 1000 }], measured: full },
    { name: "one tier +1", bars: [{ of: "median", atMost: 10 }], measured: decided, baseline: full },
    {
      name: "one proxy failed",
      bars: [{ of: "median", atMost: 10 }],
      measured: { run: reaching(observing(large)) },
      baseline: full,
    },
  ];
}

export const benchmark: Benchmark = {
  name: "compile",
  bar: "1,000 hosts, 10,000 workloads, 1,000 policies: all in less than 1 s, one change in less than 10 ms",
  cases: async () => cases(largeFabric()),
};
