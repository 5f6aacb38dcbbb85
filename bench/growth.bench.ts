/** A steady rate of requests while the tiers of a service go from one instance to ten, and back to three. */
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { isFailed, startLoad, waitOf, type Answer, type Load } from "./support/load.ts";
import { cpuOf, isEngine, processorTimes, shareOf } from "./support/processors.ts";
import { sleep } from "./support/shell.ts";
import { told } from "./support/told.ts";
import { applyShop } from "./support/wide-shop.ts";

const rate = 60;
const quiet = 5000;

async function scale(lab: BenchLab, replicas: number): Promise<void> {
  await lab.client.scale({ project: "default", service: "shop", tiers: { proxy: replicas, web: replicas } });
  await tierIs(lab, "proxy", replicas);
  await tierIs(lab, "web", replicas);
}

/** What came back while it lasted, and for as long again as the quiet before it. */
async function during(load: Load, action: () => Promise<void>): Promise<readonly Answer[]> {
  const from = load.answers.length;
  await action();
  return load.answers.slice(from);
}

function casesOf(name: string, answers: readonly Answer[]): readonly Case[] {
  const failed = answers.filter(isFailed);
  for (const { failure, isNew } of failed.slice(0, 3))
    process.stderr.write(`${name}: ${isNew ? "new" : "kept"} ${failure}\n`);
  return [
    told(`${name}: failed of ${answers.length}`, "requests", failed.length, { of: "median", atMost: 0 }),
    told(`${name}: p99`, "ms", waitOf(answers, 99)),
  ];
}

const phases: readonly (readonly [name: string, action: (lab: BenchLab) => Promise<void>])[] = [
  ["before", () => sleep(quiet)],
  ["1 to 10", (lab) => scale(lab, 10)],
  ["at 10", () => sleep(quiet)],
  ["10 to 3", (lab) => scale(lab, 3)],
  ["after", () => sleep(quiet)],
];

async function grown(): Promise<readonly Case[]> {
  const lab = await startLab("bench-growth");
  try {
    await applyShop(lab, 1);
    await scale(lab, 1);
    const load = startLoad(lab, { rate, timeout: 5000 });
    await load.first((answer) => !isFailed(answer));
    const [times, engines] = [processorTimes(), cpuOf(isEngine)];
    const cases: Case[] = [];
    for (const [name, action] of phases) cases.push(...casesOf(name, await during(load, () => action(lab))));
    const share = shareOf(times, processorTimes());
    const used = cpuOf(isEngine) - engines;
    await load.stop();
    return [
      ...cases,
      told("processors busy", "%", share.busy * 100),
      told("taken by others (steal)", "%", share.steal * 100),
      told("HAProxy and BIRD, all together", "s of CPU", used),
    ];
  } finally {
    await lab.down();
  }
}

export const benchmark: Benchmark = {
  name: "growth",
  bar: "tiers go from 1 to 10 to 3 at a steady rate, half on new connections: no request fails",
  cases: grown,
};
