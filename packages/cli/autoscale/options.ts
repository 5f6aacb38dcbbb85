/** Options of `netwright autoscale simulate`. */
import { parseDuration } from "@netwright/api";
import {
  gapRules,
  longestTrace,
  scalers,
  shapeMeanings,
  shapeNames,
  type GapRule,
  type ShapeName,
} from "@netwright/autoscale";
import { isNetwrightError, milliseconds, seconds, type Milliseconds } from "@netwright/base";
import { InvalidArgumentError, Option, type Command } from "commander";
import { fileOption } from "../arguments/manifests.ts";

const hour = seconds(3600);

const presetNames = Object.keys(scalers).filter((name) => name !== "netwright");

/** A value of one tier, or of all tiers where none is named. */
export interface ByTier<T> {
  readonly tier?: string;
  readonly value: T;
}

export interface StartUp {
  readonly median: Milliseconds;
  readonly p90: Milliseconds;
}

export interface SimulateOptions {
  readonly file: readonly string[];
  readonly trace?: string;
  readonly shape?: ShapeName;
  readonly seed: number;
  readonly length?: Milliseconds;
  readonly peak?: number;
  readonly compare: readonly string[];
  readonly output: "text" | "json" | "svg";
  readonly gaps: GapRule;
  readonly bucket: Milliseconds;
  readonly decideEvery?: Milliseconds;
  readonly capacity: readonly ByTier<number>[];
  readonly workers: readonly ByTier<number>[];
  readonly calls: readonly ByTier<number>[];
  readonly startUp: readonly ByTier<StartUp>[];
  readonly warmUp: readonly ByTier<Milliseconds>[];
  readonly drain: readonly ByTier<Milliseconds>[];
  readonly metricDelay: Milliseconds;
  readonly metricNoise: number;
  readonly metricLoss: number;
}

const simulateEpilogue = `
Runs the decision function of production against the traffic, with a model of each tier that has autoscale. A tier
without it never runs short, unless --capacity gives it one: then it has its replicas. The same options give the same
result.

An instance's capacity is what it can answer a second when it does nothing else; left out, it is the target on
requestsPerSecond divided by 0.7, else 100. Measure it. The objective of the service says how busy an instance may be;
without one, 80 %.

A CSV has two columns, time and rate; a heading "requests" says that the second one counts the requests of a step. An
access log is in the common or combined format.

Examples:
  netwright autoscale simulate -f shop.yaml --trace requests.csv
  netwright autoscale simulate -f shop.yaml --trace access.log.gz --bucket 60s --compare all
  netwright autoscale simulate -f shop.yaml --shape on-off --seed 7 --compare hpa-v2,knative-kpa -o svg >policies.svg
  netwright autoscale simulate -f shop.yaml --shape growth --capacity web=250 --start-up web=20s..60s
`;

export function configureSimulate(parent: Command): void {
  const command = parent
    .command("simulate")
    .description("try a policy against a trace, beside other policies")
    .argument("[service]", "service/NAME, where the files have several")
    .addHelpText("after", simulateEpilogue);
  fileOption(command);
  trafficOptions(command);
  modelOptions(command);
  command
    .addOption(
      new Option("--compare <names>", `also with: ${presetNames.join(", ")}, or all; separated by commas`)
        .argParser(presetsOf)
        .default([], "none"),
    )
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "svg"]).default("text"));
}

function trafficOptions(command: Command): void {
  const shapes = shapeNames.map((name) => `${name} (${shapeMeanings[name]})`).join("; ");
  command
    .option("--trace <file>", "CSV of times and rates, or an access log; may end in .gz; - for standard input")
    .addOption(new Option("--shape <name>", `generated traffic: ${shapes}`).choices([...shapeNames]))
    .option("--seed <number>", "chance: of the shape, of start-ups and of metrics", wholeBelow(2 ** 32), 1)
    .option(
      "--length <span>",
      "of a shape, 168h when left out; of a trace, all of it",
      spanOf(seconds(60), longestTrace),
    )
    .option("--peak <rate>", "requests a second at the highest step; a shape's is what max can serve", positive)
    .addOption(
      new Option("--gaps <rule>", "missing lines of a CSV: refused, the rate before holds, or zero")
        .choices([...gapRules])
        .default("refuse"),
    )
    .addOption(
      new Option("--bucket <span>", "step in which lines of an access log are counted")
        .argParser(wholeSeconds(hour))
        .default(seconds(10), "10s"),
    );
}

function modelOptions(command: Command): void {
  const collect =
    <T>(parse: (text: string) => T) =>
    (text: string, before: readonly ByTier<T>[]): readonly ByTier<T>[] => [...before, byTier(text, parse)];
  const span = spanOf(milliseconds(0), hour);
  const ofTiers = (flags: string, description: string, parse: (text: string) => unknown, usual: string): Option =>
    new Option(flags, description).argParser(collect(parse)).default([], usual);
  command
    .addOption(
      ofTiers(
        "--capacity <[tier=]rate>",
        "requests a second one instance can answer; may be repeated",
        positive,
        "see below",
      ),
    )
    .addOption(ofTiers("--workers <[tier=]count>", "requests an instance works on at once", positive, "1"))
    .addOption(ofTiers("--calls <[tier=]count>", "requests to the tier for one at the front door", positive, "1"))
    .addOption(
      ofTiers("--start-up <[tier=]span>", "until an instance is ready: median, or MEDIAN..P90", startUpOf, "5s..10s"),
    )
    .addOption(ofTiers("--warm-up <[tier=]span>", "then until it has its full capacity, from half", span, "10s"))
    .addOption(ofTiers("--drain <[tier=]span>", "an instance that is to go stays so long", span, "10s"))
    .addOption(new Option("--metric-delay <span>", "until a metric is seen").argParser(span).default(seconds(1), "1s"))
    .option("--metric-noise <share>", "deviation of metrics as a share of their value", shareBelow(1), 0.02)
    .option("--metric-loss <share>", "share of measurements that never arrive", shareBelow(1), 0)
    .option("--decide-every <span>", "between decisions of the service's own policy (1s)", wholeSeconds(hour));
}

function presetsOf(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("all")) return presetNames;
  const unknown = names.filter((name) => !presetNames.includes(name));
  if (unknown.length === 0) return [...new Set(names)];
  throw new InvalidArgumentError(`no preset ${unknown.join(", ")}: there are ${presetNames.join(", ")}.`);
}

/** `web=5` or `5`. */
function byTier<T>(text: string, parse: (text: string) => T): ByTier<T> {
  const [, tier, value = ""] = /^(?:([a-z0-9-]+)=)?(.*)$/s.exec(text) ?? [];
  return { ...(tier === undefined ? {} : { tier }), value: parse(value) };
}

function positive(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError("write a number above 0.");
}

const wholeBelow =
  (limit: number) =>
  (text: string): number => {
    if (/^\d+$/.test(text) && Number(text) < limit) return Number(text);
    throw new InvalidArgumentError(`write a whole number from 0 to ${limit - 1}.`);
  };

const shareBelow =
  (limit: number) =>
  (text: string): number => {
    if (/^\d*\.?\d+$/.test(text) && Number(text) < limit) return Number(text);
    throw new InvalidArgumentError(`write a share from 0 to below ${limit}, for example 0.05.`);
  };

const spanOf =
  (min: Milliseconds, most: Milliseconds) =>
  (text: string): Milliseconds => {
    try {
      return parseDuration(text, { min, max: most });
    } catch (error) {
      throw new InvalidArgumentError(
        isNetwrightError(error) ? (error.diagnostics[0]?.hint ?? error.message) : String(error),
      );
    }
  };

const wholeSeconds =
  (most: Milliseconds) =>
  (text: string): Milliseconds => {
    const span = spanOf(seconds(1), most)(text);
    if (span % 1000 === 0) return span;
    throw new InvalidArgumentError("write whole seconds, for example 10s.");
  };

function startUpOf(text: string): StartUp {
  const [median = "", p90 = median, ...more] = text.split("..");
  const span = spanOf(milliseconds(0), hour);
  const startUp = { median: span(median), p90: span(p90) };
  if (more.length === 0 && startUp.p90 >= startUp.median) return startUp;
  throw new InvalidArgumentError("write a span or MEDIAN..P90, for example 5s..10s.");
}
