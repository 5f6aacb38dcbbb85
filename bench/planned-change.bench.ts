/** Requests that fail while tiers grow and shrink and a changed manifest is rolled out, under open-loop load. */
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { told } from "./support/told.ts";
import { isFailed, startLoad } from "./support/load.ts";
import { applyShop } from "./support/wide-shop.ts";

async function scale(lab: BenchLab, tier: string, replicas: number): Promise<void> {
  await lab.client.scale({ project: "default", service: "shop", tiers: { [tier]: replicas } });
  await tierIs(lab, tier, replicas);
}

/** Instances of another workload have new numbers: the first two and the two of the change are gone. */
async function rollOut(lab: BenchLab): Promise<void> {
  const before = await namesOf(lab);
  await applyShop(lab, 2);
  await tierIs(lab, "web", 2);
  const after = await namesOf(lab);
  if (before.some((name) => after.includes(name)))
    throw new RangeError("Invariant: a roll-out replaces every web server");
}

const namesOf = async ({ client }: BenchLab): Promise<readonly string[]> =>
  (await client.list("Instance")).items.map(({ metadata }) => metadata.name).filter((name) => name.includes("-web-"));

const steps: readonly (readonly [name: string, step: (lab: BenchLab) => Promise<void>])[] = [
  ["web 2 to 4", (lab) => scale(lab, "web", 4)],
  ["web 4 to 2", (lab) => scale(lab, "web", 2)],
  ["proxy 2 to 3", (lab) => scale(lab, "proxy", 3)],
  ["proxy 3 to 2", (lab) => scale(lab, "proxy", 2)],
  ["lb 2 to 3", (lab) => scale(lab, "lb", 3)],
  ["lb 3 to 2", (lab) => scale(lab, "lb", 2)],
  ["roll-out", rollOut],
];

async function changed(): Promise<readonly Case[]> {
  const lab = await startLab("bench-planned");
  try {
    await applyShop(lab, 1);
    const load = startLoad(lab, { rate: 60, timeout: 5000 });
    await load.first((answer) => !isFailed(answer));
    const cases: Case[] = [];
    let seen = load.answers.length;
    for (const [name, step] of steps) {
      await step(lab);
      const answers = load.answers.slice(seen);
      seen += answers.length;
      const failed = answers.filter(isFailed);
      for (const { failure, isNew } of failed.slice(0, 3))
        process.stderr.write(`${name}: ${isNew ? "new" : "kept"} ${failure}\n`);
      const slowest = Math.max(...answers.map(({ due, done }) => done - due));
      cases.push(
        told(`${name}: failed of ${answers.length}`, "requests", failed.length, { of: "median", atMost: 0 }),
        told(`${name}: the slowest answer`, "ms", slowest),
      );
    }
    await load.stop();
    return cases;
  } finally {
    await lab.down();
  }
}

export const benchmark: Benchmark = {
  name: "planned-change",
  bar: "tiers grow and shrink and a change is rolled out under open-loop load, half on new connections: no request fails",
  cases: changed,
};
