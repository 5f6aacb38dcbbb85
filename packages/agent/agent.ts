/** The agent of one node: follows its state, converges on it, watches what runs, reports. All that it knows it may lose. */
import type { NodeCalls } from "@netwright/api";
import { milliseconds, seconds, type Entropy, type Instant, type Log } from "@netwright/base";
import type { Driver, HostState, KernelFiles, NodeReport, NodeSystem, Slot } from "@netwright/contract";
import { driversFor } from "@netwright/drivers";
import { rotateLogs } from "@netwright/drivers/runtime-crun/index.ts";
import { AnswerKeeper } from "./answers/answer-keeper.ts";
import { answerRequests, followState, sendReport, type ChannelOptions } from "./channel.ts";
import { Converger, type Goal, type Round } from "./converger.ts";
import { burst, monitorKernel } from "./kernel-monitor.ts";
import { ImageKeeper, type ImageOptions } from "./image-keeper.ts";
import { Meters } from "./meters/meters.ts";
import type { AgentMetrics } from "./metrics.ts";
import { forgetOldLogs } from "./old-logs.ts";
import { Reporter } from "./reporter.ts";
import { answer } from "./requests.ts";
import { loadGoal, saveGoal } from "./state-file.ts";
import { Watch, type Seen } from "./watch.ts";

export interface AgentOptions {
  readonly node: string;
  readonly version: string;
  readonly calls: NodeCalls;
  readonly drivers: readonly Driver[];
  readonly system: NodeSystem;
  readonly kernelFiles: KernelFiles;
  readonly log: Log;
  readonly entropy: Entropy;
  readonly images: ImageOptions;
  /** Null when nobody asks for them. */
  readonly metrics: AgentMetrics | null;
  /** The last lines that went to `log`. */
  readonly recentLog: () => string;
}

const rotation = seconds(60);
/** Between two looks at BIRD for routes of others. Each of many hosts hears of all the others. */
const glanceGap = milliseconds(250);
const longestGlanceGap = seconds(5);

/** Runs until the signal aborts. The data path stays as it is then. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { node, calls, drivers, system, log, metrics } = options;
  const channel: ChannelOptions = { calls, node, clock: system.clock, log };
  const startedAt = system.clock.now();
  let capabilities: Capabilities | undefined;
  let round: Round | undefined;
  /** The revision whose old logs are gone. */
  let cleaned: number | undefined;
  let seen: Seen | undefined;
  const reporter = new Reporter((report) => sendReport(channel, report), system.clock);
  const tell = (): void => {
    if (capabilities === undefined || round === undefined || seen === undefined) return;
    const facts = factsOf(options, startedAt, inUse(drivers, capabilities, round.goal.state), round, seen);
    const networks = answers.reports(facts.networks, converger.goal?.state);
    reporter.tell({ ...facts, networks, images: images.reports() });
  };
  const answers = new AnswerKeeper({ system, log, onNews: tell });
  const images: ImageKeeper = new ImageKeeper({
    system,
    log,
    entropy: options.entropy,
    ...options.images,
    onNews: tell,
    onImage: () => converger.wake(["runtime"]),
    metrics,
  });
  const watch = new Watch(
    system,
    () => converger.goal?.state,
    (name, digest) => images.find(name, digest),
    (now) => {
      seen = now;
      metrics?.seen(now);
      tell();
    },
    () => converger.wake(["runtime", "proxy", "resolver"]),
  );
  const converger = new Converger(drivers, system, (result) => {
    // A round that only looks has no stages: those of the last change stay.
    round = result.stages.length > 0 ? result : { ...result, stages: round?.stages ?? [] };
    metrics?.round(result);
    logRound(log, result);
    if (result.stages.some(({ slot }) => slot === "firewall" || slot === "links")) watch.wakeNetworks();
    else if (!result.converged || result.stages.some(({ slot }) => slot === "volumes")) watch.wake();
    // Also where nothing was changed: somebody else may have taken a socket away.
    answers.restore(new Set(result.stages.map(({ slot }) => slot)));
    tell();
    // Between rounds, so that nothing starts to write meanwhile.
    if (!result.converged || result.goal.revision === cleaned) return undefined;
    cleaned = result.goal.revision;
    return forgetOldLogs(system, result.goal.state);
  });
  const adopt = (goal: Goal): void => {
    converger.setGoal(goal);
    images.want(goal.state);
    answers.want(goal.state);
  };
  const saved = await loadGoal(system, node);
  if (saved !== undefined) adopt(saved);
  const follow = followState(
    channel,
    () => knownRevision(converger.goal),
    (goal) => {
      adopt(goal);
      watch.wake();
      void saveGoal(system, goal).catch((error: unknown) =>
        log.error("the state was not saved", { error: String(error) }),
      );
    },
    signal,
  );
  const meters = new Meters({
    system,
    files: options.kernelFiles,
    drivers,
    log,
    state: () => converger.goal?.state,
    instances: () => seen?.instances ?? [],
    send: (report, until) => calls.measured(node, report, until),
  });
  // The data path does not wait for it: a driver that lacks something reports its own problems.
  const probing = probeDrivers(drivers, system).then((found) => {
    capabilities = found;
    return tell();
  });
  const attendFlows = (until: AbortSignal): Promise<void> => watch.attendFlows(until);
  const { recentLog } = options;
  const revision = (): number => converger.goal?.revision ?? 0;
  const context = { system, drivers, state: () => converger.goal?.state, revision, attendFlows, recentLog };
  // Of the routes that BIRD gives a host's kernel little follows that is told: one look, seldom while they keep changing.
  const glances = burst(0, glanceGap, longestGlanceGap, () => watch.glance());
  const onKernel = (slots: readonly Slot[]): void => {
    const state = converger.goal?.state;
    const isOwn = slots.includes("links");
    if (isOwn || state === undefined || balances(state)) converger.wake(slots);
    if (!isOwn && state?.role === "Host") glances.note();
    else watch.wake();
  };
  await images.prepare();
  await Promise.all([
    probing,
    converger.run(signal),
    watch.run(signal),
    images.run(signal),
    answers.run(signal),
    reporter.run(signal),
    meters.run(signal),
    follow,
    answerRequests(channel, (request, until) => answer(context, request, until), signal),
    monitorKernel(onKernel, system.clock, signal),
    rotate(system, signal),
  ]);
  glances.cancel();
}

/** Whether it matters here which hosts there is a way to. */
const balances = ({ networks }: HostState): boolean => networks.some(({ loadBalancers }) => loadBalancers.length > 0);

/** After a reboot nothing is left of secrets: the state is asked for again, as if it had never come. */
const knownRevision = (goal: Goal | undefined): number =>
  goal === undefined || goal.state.secrets?.some(({ value }) => value === undefined) === true ? 0 : goal.revision;

type Capabilities = NodeReport["drivers"];

/** Of all that were probed. */
const inUse = (drivers: readonly Driver[], found: Capabilities, state: HostState): Capabilities => {
  const used = driversFor(drivers, state);
  return found.filter(({ slot, driver }) => used.some((each) => each.slot === slot && each.name === driver));
};

async function probeDrivers(drivers: readonly Driver[], system: NodeSystem): Promise<Capabilities> {
  return Promise.all(
    drivers.map(async (driver) => ({ slot: driver.slot, driver: driver.name, missing: await driver.probe(system) })),
  );
}

function factsOf(
  { node, version }: AgentOptions,
  startedAt: Instant,
  drivers: Capabilities,
  { goal, converged, problems, stages }: Round,
  { obstacles, ...seen }: Seen,
): Omit<NodeReport, "at"> {
  const agent = { version, pid: process.pid, startedAt };
  return {
    node,
    revision: goal.revision,
    converged: converged && obstacles.length === 0,
    problems: [...problems, ...obstacles],
    stages,
    ...seen,
    agent,
    drivers,
  };
}

/** With the milliseconds that each slot took. */
function logRound(log: Log, { goal, changes, problems, stages }: Round): void {
  const took = Object.fromEntries(stages.map((stage) => [stage.slot, Math.round(stage.took)]));
  if (changes.length > 0) log.info("changed", { revision: goal.revision, took, changes });
  else log.debug("looked", { revision: goal.revision, took });
  for (const problem of problems) log.warn("problem", { revision: goal.revision, ...problem });
}

async function rotate(system: NodeSystem, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await rotateLogs(system.paths);
    await system.clock.sleep(rotation, signal).catch(() => {});
  }
}
