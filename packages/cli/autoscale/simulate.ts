/** `autoscale simulate`: a service's own policy, and others, against traffic. */
import {
  createSimulation,
  lengthOf,
  netwright,
  policyOf,
  renderChart,
  scalers,
  timingOf,
  type Policy,
  type Result,
  type Scaler,
  type Setup,
  type TierModel,
  type Trace,
} from "@netwright/autoscale";
import type { Service } from "@netwright/api";
import { formatDuration, formatInstant, NetwrightError } from "@netwright/base";
import { readObjects } from "../arguments/manifests.ts";
import { stagePrinter, type StagePrinter } from "../print/stages.ts";
import { renderSimulation } from "../print/simulation.ts";
import type { Terminal } from "../terminal.ts";
import type { Invocation } from "../verb.ts";
import { affordablePeak, modelsOf } from "./models.ts";
import type { SimulateOptions } from "./options.ts";
import { trafficOf } from "./traffic.ts";

export async function simulate(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const options = invocation.options as unknown as SimulateOptions;
  const service = await serviceOf(options, invocation.args[0]);
  const policy = policyOf(service);
  const replicas = Object.fromEntries(service.spec.tiers.map((tier) => [tier.name, tier.replicas]));
  const models = modelsOf(policy, replicas, options);
  const { trace, notes } = await trafficOf(options, affordablePeak(policy, models), terminal);
  for (const note of notes) terminal.err(`${note}\n`);
  const printer = stagePrinter(terminal);
  const results: Result[] = [];
  for (const each of [netwright, ...options.compare.flatMap((name) => scalers[name] ?? [])])
    results.push(await runOne(setupOf({ policy, models, trace, scaler: each, options }), printer, terminal));
  terminal.out(rendered(options.output, { policy, models, trace, results }));
}

/** @throws NW1001 when the files have no service, or several and none is named */
async function serviceOf({ file }: SimulateOptions, name: string | undefined): Promise<Service> {
  const wanted = name?.replace(/^services?\//, "");
  const services = (await readObjects(file)).filter((each): each is Service => each.kind === "Service");
  const found = services.filter(({ metadata }) => wanted === undefined || metadata.name === wanted);
  const [first, ...more] = found;
  if (first !== undefined && more.length === 0) return first;
  const names = services.map(({ metadata }) => `service/${metadata.name}`).join(", ");
  const what =
    first === undefined
      ? `there is no service${name === undefined ? "" : ` ${name}`} here`
      : "several services are here";
  throw new NetwrightError("NW1001", what, {
    hint: names === "" ? "-f names a manifest of a service" : `name one of ${names}`,
  });
}

interface Run {
  readonly policy: Policy;
  readonly models: readonly TierModel[];
  readonly trace: Trace;
  readonly scaler: Scaler;
  readonly options: SimulateOptions;
}

function setupOf({ options, ...run }: Run): Setup {
  const timing = timingOf(run.scaler.name);
  const interval = run.scaler === netwright ? (options.decideEvery ?? timing.interval) : timing.interval;
  return { ...run, seed: options.seed, interval, window: timing.window };
}

/** Between two looks at the screen and at Ctrl-C, seconds of the trace. */
const stride = 20_000;

async function runOne(setup: Setup, printer: StagePrinter, { signal, clock }: Terminal): Promise<Result> {
  const simulation = createSimulation(setup);
  const started = clock.monotonic();
  const name = setup.scaler.name;
  for (let done = 0; done < simulation.length;) {
    // A later turn of the event loop: signals are heard in between.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    signal.throwIfAborted();
    done = simulation.advance(stride);
    // Short ones are over before anybody could read it.
    if (clock.monotonic() - started > 500)
      printer.underWay(
        `${name}: ${Math.floor((100 * done) / simulation.length)} % of ${formatDuration(lengthOf(setup.trace))}`,
      );
  }
  printer.clear();
  return simulation.result();
}

interface Answer {
  readonly policy: Policy;
  readonly models: readonly TierModel[];
  readonly trace: Trace;
  readonly results: readonly Result[];
}

function rendered(format: SimulateOptions["output"], { policy, models, trace, results }: Answer): string {
  const length = lengthOf(trace);
  const title = `${policy.service}, ${trace.name}, ${formatDuration(length)}`;
  if (format === "text") return renderSimulation(title, results);
  if (format === "svg") return renderChart({ title, start: trace.start, length: length / 1000, results });
  const start = trace.start === 0 ? null : formatInstant(trace.start);
  const traffic = { name: trace.name, start, seconds: length / 1000, step: trace.step / 1000 };
  return `${JSON.stringify({ service: policy.service, trace: traffic, models, results }, null, 2)}\n`;
}
