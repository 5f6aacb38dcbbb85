/** From `netwright apply` to the first answer that a client in the internet gets, one replica a tier. */
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { shop, startLab, type BenchLab } from "./support/lab.ts";
import { isFailed, startLoad, type Load } from "./support/load.ts";
import { startRawEngines, total, type RawEngines } from "./support/raw-engines.ts";
import { monotonic } from "./support/shell.ts";

function applying(): Case["measured"] {
  let lab: BenchLab;
  let load: Load;
  let applied = false;
  const remove = async (): Promise<void> => {
    if (applied) await lab.netwright("delete", "service/shop");
    applied = false;
  };
  return {
    prepare: async () => {
      lab = await startLab("bench-apply");
      load = startLoad(lab, { rate: 100 });
      await load.first(() => true);
    },
    reset: remove,
    run: async () => {
      const started = monotonic();
      const answer = load.first((each) => !isFailed(each));
      applied = true;
      const command = lab.netwright("apply", "-f", shop);
      const took = (await answer).done - started;
      await command;
      return took;
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
    prepare: async () => void (engines = await startRawEngines()),
    reset: () => engines.reset(),
    run: async () => total(await engines.apply()),
    close: () => engines.close(),
  };
}

export const benchmark: Benchmark = {
  name: "apply",
  bar: "from `netwright apply` to the first 200 from the internet: less than 1 s, at most 1.5 times the engines' starts",
  cases: async () => [
    {
      name: "shop",
      bars: [
        { of: "median", atMost: 1000 },
        { of: "ratio", atMost: 1.5 },
      ],
      measured: applying(),
      baseline: starting(),
      rounds: 6,
    },
  ],
};
