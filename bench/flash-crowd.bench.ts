/**
 * The crowd of examples/scenarios/flash-crowd.yaml: within a second thirteen times as many people come to a tier that grows
 * by itself, and then to one that is as large from the start.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../e2e/product.ts";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { median } from "../tools/measure/statistics.ts";
import { startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { isFailed, isGenerator, startLoad, waitOf, type Answer, type LoadOrder } from "./support/load.ts";
import { cpuOf, processorTimes, shareOf } from "./support/processors.ts";
import { monotonic, sleep } from "./support/shell.ts";
import { instanceSeconds, reached, watchSizes, type Size } from "./support/sizes.ts";
import { told, toldBeside } from "./support/told.ts";

const story = join(repository, "examples/scenarios/flash-crowd");
const url = "https://crowd.example.net/";
/** Requests a second before, and how many more then; an instance answers 50. */
const few: LoadOrder = { url, rate: 5, timeout: 10_000 };
const crowd: LoadOrder = { url, rate: 60, fresh: 0.1, timeout: 10_000, node: "internet2" };
const enough = 2;
/** What the tier's target of 12 a second asks for, and its `max`. */
const wanted = 6;
/** Milliseconds that the crowd stays, and those of them in which everything should have happened. */
const stay = 20_000;
const reaction = 8000;
/** Of what the agents measure, and of decisions. */
const metricInterval = 1000;

/** The same service without autoscale, as large as it becomes. */
async function applyLarge(lab: BenchLab): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  cpSync(story, directory, { recursive: true });
  const [text, file] = [readFileSync(join(story, "crowd.manifest"), "utf8"), join(directory, "crowd.manifest")];
  writeFileSync(file, text.replace(/^ {6}autoscale:[^]*$/m, `      replicas: ${wanted}\n`));
  await lab.netwright("apply", "-f", file);
  rmSync(directory, { recursive: true });
  await tierIs(lab, "web", wanted, "crowd");
}

interface Meeting {
  readonly began: number;
  readonly sizes: readonly Size[];
  readonly answers: readonly Answer[];
  readonly seconds: number;
  readonly busy: number;
  readonly steal: number;
  /** Seconds of CPU that the generators took, of those that passed. */
  readonly generators: number;
}

async function meet(lab: BenchLab): Promise<Meeting> {
  const watch = watchSizes(lab, "crowd", "web");
  const before = startLoad(lab, few);
  await before.first((answer) => !isFailed(answer));
  await sleep(2000);
  const [times, used] = [processorTimes(), cpuOf(isGenerator)];
  const load = startLoad(lab, crowd);
  await load.first((answer) => !isFailed(answer));
  const began = Math.min(...load.answers.map(({ due }) => due));
  await sleep(stay);
  const share = shareOf(times, processorTimes());
  const generators = cpuOf(isGenerator) - used;
  await Promise.all([load.stop(), before.stop(), watch.stop()]);
  const answers = [...before.answers, ...load.answers];
  const seconds = instanceSeconds(watch.sizes, began, began + stay);
  return { began, sizes: watch.sizes, answers, seconds, ...share, generators };
}

/** Milliseconds from the decision until the instance is ready: what no scaler can do without. */
async function startTime(lab: BenchLab): Promise<number> {
  const times: number[] = [];
  for (let size = wanted + 1; size <= wanted + 3; size++) {
    const begun = monotonic();
    await lab.client.scale({ project: "default", service: "crowd", tiers: { web: size } });
    await tierIs(lab, "web", size, "crowd");
    times.push(monotonic() - begun);
  }
  return median(times);
}

type Both = readonly [grown: Meeting, large: Meeting];

/** Of requests that were due in a part of the crowd's stay. */
function waits(what: string, both: Both, from: number, to: number): readonly Case[] {
  const within = ({ answers, began }: Meeting): readonly Answer[] =>
    answers.filter(({ due }) => due >= began + from && due < began + to);
  const [grown, large] = [within(both[0]), within(both[1])];
  return [50, 99].map((part) => toldBeside(`${what}: p${part}`, "ms", [[waitOf(grown, part)], [waitOf(large, part)]]));
}

function failures(what: string, { answers }: Meeting): Case {
  const failed = answers.filter(isFailed);
  for (const { failure } of failed.slice(0, 3)) process.stderr.write(`${what}: ${failure}\n`);
  return told(`${what}: failed of ${answers.length}`, "requests", failed.length, { of: "median", atMost: 0 });
}

const casesOf = (both: Both, start: number): readonly Case[] => {
  const [{ began, sizes }] = both;
  const floor = metricInterval + start;
  const pair = (of: (meeting: Meeting) => number): readonly [readonly number[], readonly number[]] => [
    [of(both[0])],
    [of(both[1])],
  ];
  return [
    failures("grown", both[0]),
    failures("large from the start", both[1]),
    toldBeside("until the crowd can be carried (2)", "ms", [[reached(sizes, began, enough)], [floor]]),
    toldBeside("until the target is met (6)", "ms", [[reached(sizes, began, wanted)], [floor]]),
    ...waits("first 8 s", both, 0, reaction),
    ...waits("afterwards", both, reaction, stay),
    toldBeside(
      "instances, 20 s",
      "instance-seconds",
      pair(({ seconds }) => seconds),
    ),
    toldBeside(
      "processors busy",
      "%",
      pair(({ busy }) => busy * 100),
    ),
    toldBeside(
      "taken by others (steal)",
      "%",
      pair(({ steal }) => steal * 100),
    ),
    toldBeside(
      "generators",
      "s of CPU",
      pair(({ generators }) => generators),
    ),
  ];
};

async function crowded(): Promise<readonly Case[]> {
  const lab = await startLab("bench-crowd");
  try {
    await lab.netwright("apply", "-f", join(story, "crowd.manifest"));
    await tierIs(lab, "web", 1, "crowd");
    const grown = await meet(lab);
    await applyLarge(lab);
    const large = await meet(lab);
    return casesOf([grown, large], await startTime(lab));
  } finally {
    await lab.down();
  }
}

export const benchmark: Benchmark = {
  name: "flash-crowd",
  bar: "13 times as many requests within a second, at a tier that grows by itself: none fails; the time it takes, beside metric interval and instance start",
  cases: crowded,
};
