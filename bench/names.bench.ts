/** Names follow scaling: from the decision to the first answer that says so, asked from inside a workload's namespace. */
import { resolverAddress } from "@netwright/contract";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";
import { shop, startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { background, monotonic, type Background } from "./support/shell.ts";

const program = `${import.meta.dirname}/programs/watch-name.ts`;

/** Asks from the first web server's namespace, which stays. */
class Watcher {
  #wanted = -1;
  #tell: (at: number) => void = () => {};
  #last = -1;
  readonly #asking: Background;

  constructor(lab: BenchLab, host: string) {
    const inside = ["ip", "netns", "exec", "nww-default.shop-web-1"];
    const command = lab.at(host, ...inside, process.execPath, program, "web.shop.internal", resolverAddress);
    this.#asking = background(command, (line) => {
      this.#last = Number(line);
      if (this.#last === this.#wanted) this.#tell(monotonic());
    });
  }

  until(count: number): Promise<number> {
    return new Promise((resolve) => {
      this.#wanted = count;
      this.#tell = resolve;
      if (this.#last === count) resolve(monotonic());
    });
  }

  stop(): Promise<void> {
    return this.#asking.stop();
  }
}

/** @param from replicas before @param to and after */
function resized(from: number, to: number): Side {
  let lab: BenchLab;
  let watcher: Watcher;
  const scale = (web: number) => lab.client.scale({ project: "default", service: "shop", tiers: { web } });
  return {
    prepare: async () => {
      lab = await startLab("bench-names");
      await lab.netwright("apply", "-f", shop);
      const { items } = await lab.client.list("Instance");
      const first = items.find(({ metadata }) => metadata.name === "shop-web-1");
      watcher = new Watcher(lab, String((first as { spec?: { host?: string } } | undefined)?.spec?.host));
      await watcher.until(1);
    },
    reset: async () => {
      await scale(from);
      await tierIs(lab, "web", from);
      await watcher.until(from);
    },
    run: async () => {
      const started = monotonic();
      const answered = watcher.until(to);
      await scale(to);
      return (await answered) - started;
    },
    close: async () => {
      await watcher.stop();
      await lab.down();
    },
  };
}

export const benchmark: Benchmark = {
  name: "names",
  bar: "a tier +1 or -1, from the decision to an answer that says so: less than 1 s",
  cases: async () => [
    {
      name: "web +1: started, ready, answered",
      bars: [{ of: "median", atMost: 1000 }],
      measured: resized(2, 3),
      rounds: 6,
    },
    { name: "web -1: answered no more", bars: [{ of: "median", atMost: 1000 }], measured: resized(3, 2), rounds: 6 },
  ],
};
