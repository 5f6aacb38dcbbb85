/**
 * `npm run judge [-- --trace FILE] [--seeds N] [--only PATTERN] [-j N] [--seen]`: our scaler and every preset over weeks of traffic.
 * Prints the tables of docs/autoscale-simulate.md. Exit status 1 when a claim does not hold.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { scalers } from "@netwright/autoscale";
import { runAll } from "./judge/crew.ts";
import { judge, standingsOf } from "./judge/judgement.ts";
import { standingsTable, verdictsTable } from "./judge/tables.ts";
import { generatedWeeks, weeksOf } from "./judge/weeks.ts";

const { values } = parseArgs({
  options: {
    trace: { type: "string", multiple: true },
    /** Seconds until an instance is ready: the median. */
    "start-up": { type: "string", default: "5" },
    seeds: { type: "string", default: "3" },
    /** A regular expression over the names of weeks. */
    only: { type: "string", default: "" },
    jobs: { type: "string", short: "j", default: String(availableParallelism()) },
    /** Only the weeks that defaults may be chosen by. */
    seen: { type: "boolean", default: false },
  },
});

const real = await Promise.all((values.trace ?? []).map(weeksOf));
const weeks = [...generatedWeeks(), ...real.flat()].filter(
  ({ trace, seen }) => new RegExp(values.only).test(trace.name) && (seen || !values.seen),
);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const startUp = Number(values["start-up"]);
const names = Object.keys(scalers);
const runs = weeks.flatMap(({ trace }) =>
  seeds.flatMap((seed) => names.map((scaler) => ({ trace, scaler, seed, startUp }))),
);

process.stderr.write(`${weeks.length} weeks, ${seeds.length} seeds, ${names.length} policies\n`);
const started = performance.now();
const outcomes = await runAll(runs, Number(values.jobs), (done, { week, scaler, seed }) => {
  const took = Math.round((performance.now() - started) / 1000);
  process.stderr.write(`${done} of ${runs.length}, ${took} s: ${week}, ${scaler}, seed ${seed}\n`);
});

const show = (heading: string, names_: readonly string[]): void => {
  const some = outcomes.filter(({ week }) => names_.includes(week));
  if (some.length > 0) process.stdout.write(`${standingsTable(heading, standingsOf(some))}\n\n`);
};
const namesOf = (fits: (week: (typeof weeks)[number]) => boolean): readonly string[] =>
  weeks.filter(fits).map(({ trace }) => trace.name);

show(
  "all weeks",
  namesOf(() => true),
);
show(
  "not seen before",
  namesOf(({ seen }) => !seen),
);
show(
  "generated",
  namesOf(({ kind }) => kind === "generated"),
);
show(
  "real",
  namesOf(({ kind }) => kind === "real"),
);
const verdicts = judge(outcomes, "netwright");
process.stdout.write(`${verdictsTable(verdicts)}\n`);
process.exitCode = verdicts.every(({ holds }) => holds) ? 0 : 1;
