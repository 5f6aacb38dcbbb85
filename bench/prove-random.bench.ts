/**
 * The class prover against the slow way: random sites, whole and broken, changed step by step, and random clauses. A case is one
 * clause about one state of a site; each refuted one must have a counterexample whose packet goes as it says.
 */
import { agreementOnRandom } from "@netwright/prove/testing/agreement.ts";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { cpuOf } from "./support/cpu.ts";
import { told } from "./support/told.ts";

const wanted = 100_000;
/** Each with a seed of its own, so that one of them can be asked again alone. */
const pieces = 10;

function cases(): readonly Case[] {
  let [count, refuted, notProved] = [0, 0, 0];
  const disagreements: string[] = [];
  const took = cpuOf(() => {
    for (let seed = 1; seed <= pieces; seed++) {
      const found = agreementOnRandom(wanted / pieces, seed);
      count += found.cases;
      refuted += found.verdicts.Refuted;
      notProved += found.verdicts.NotProved;
      disagreements.push(...found.disagreements.map((each) => `seed ${seed}: ${each}`));
    }
  });
  for (const each of disagreements) process.stderr.write(`${each}\n`);
  return [
    told("random cases", "", count, { of: "median", atLeast: wanted }),
    told("disagreements with the reference evaluator", "", disagreements.length, { of: "median", atMost: 0 }),
    told("refuted of them, each with a packet that was sent", "", refuted),
    told("not proved", "", notProved),
    told("all of it", "s CPU", took / 1000),
  ];
}

export const benchmark: Benchmark = {
  name: "prove-random",
  bar: "no disagreement with the reference evaluator in 100,000 random cases",
  cases: async () => cases(),
};
