/** One more web server: from the decision to its first answer to a client in the internet. */
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { shop, startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { isFailed, startLoad, type Load } from "./support/load.ts";
import { startRawEngines, total, type RawEngines } from "./support/raw-engines.ts";
import { monotonic } from "./support/shell.ts";

function growing(): Case["measured"] {
  let lab: BenchLab;
  let load: Load;
  let size = 1;
  return {
    prepare: async () => {
      lab = await startLab("bench-scale");
      await lab.netwright("apply", "-f", shop);
      load = startLoad(lab, { rate: 100 });
      await load.first((answer) => !isFailed(answer));
    },
    // Counting up, for shrinking waits until connections have drained; instance numbers are never used twice.
    reset: () => tierIs(lab, "web", size),
    run: async () => {
      size += 1;
      const started = monotonic();
      const answer = load.first(({ text }) => text.includes(`shop-web-${size},`));
      await lab.client.scale({ project: "default", service: "shop", tiers: { web: size } });
      return (await answer).done - started;
    },
    close: async () => {
      await load.stop();
      await lab.down();
    },
  };
}

function starting(): Case["measured"] {
  let engines: RawEngines;
  return {
    prepare: async () => {
      engines = await startRawEngines();
      await engines.apply();
    },
    run: async () => total(await engines.scale()),
    close: () => engines.close(),
  };
}

export const benchmark: Benchmark = {
  name: "scale",
  bar: "a tier +1, from the decision to serving: less than 500 ms, at most 1.5 times the engines' starts",
  cases: async () => [
    {
      name: "web +1",
      bars: [
        { of: "median", atMost: 500 },
        { of: "ratio", atMost: 1.5 },
      ],
      measured: growing(),
      baseline: starting(),
      rounds: 6,
    },
  ],
};
