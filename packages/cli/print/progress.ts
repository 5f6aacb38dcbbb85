/** Follows services after a change until they are ready, printing each stage as it passes. */
import {
  objectName,
  serviceStages,
  type Client,
  type RolloutStatus,
  type ServiceStatus,
  type TierRolloutStatus,
  type WireObject,
} from "@netwright/api";
import { formatDuration, milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import type { Terminal } from "../terminal.ts";
import { conditionsOf, valueAt } from "./columns.ts";
import { isWaiting, noteText } from "./rollout.ts";
import { stagePrinter, type StagePrinter } from "./stages.ts";

export interface Follow {
  /** As `service/shop`. */
  readonly services: readonly string[];
  /** Watch from here. */
  readonly revision: number;
  readonly timeout: Milliseconds;
}

type Stage = ServiceStatus["stages"][number];

const stagesOf = (service: WireObject): readonly Stage[] =>
  (valueAt(service, "status.stages") as readonly Stage[] | undefined) ?? [];
const generationOf = (service: WireObject): number => Number(valueAt(service, "metadata.generation") ?? 0);

export const rolloutOf = (service: WireObject): RolloutStatus | undefined =>
  valueAt(service, "status.rollout") as RolloutStatus | undefined;

const tierRolloutsOf = (service: WireObject): readonly TierRolloutStatus[] =>
  (valueAt(service, "status.rollouts") as readonly TierRolloutStatus[] | undefined) ?? [];

/** Ready for the generation that is stored now, not for the one before, and nothing of that one is left. */
export function isReady(service: WireObject): boolean {
  if (tierRolloutsOf(service).some(isWaiting)) return isServed(service);
  if (rolloutOf(service)?.took === null) return false;
  return isServed(service);
}

function isServed(service: WireObject): boolean {
  const ready = conditionsOf(service).find(({ type }) => type === "Ready");
  return ready?.status === "True" && ready.observedGeneration >= generationOf(service);
}

/** @throws NW1508 with what each service still waits for. */
export async function followServices(
  client: Client,
  { services, revision, timeout }: Follow,
  terminal: Terminal,
): Promise<void> {
  if (services.length === 0) return;
  const waiting = new Map<string, WireObject | undefined>(services.map((name) => [name, undefined]));
  const printer = stagePrinter(terminal);
  const print = printOnce(printer);
  const printSteps = stepsOnce(printer);
  const signal = AbortSignal.any([AbortSignal.timeout(timeout), terminal.signal]);
  const failsFor = failuresOnce();
  const look = (service: WireObject): void => {
    const name = objectName(service);
    if (!waiting.has(name)) return;
    failsFor(name, tierRolloutsOf(service));
    // The newest stage's detail may still grow (hosts report one after the other): it is told when the next begins.
    const stages = stagesOf(service);
    print(name, isReady(service) ? stages : stages.slice(0, -1), fetching(service));
    printSteps(name, rolloutOf(service));
    if (isReady(service)) {
      waiting.delete(name);
      const notes = tierRolloutsOf(service)
        .filter(isWaiting)
        .map((each) => noteText(name, each));
      if (notes.length > 0) terminal.err(notes.join(""));
    } else waiting.set(name, service);
  };
  try {
    for (const service of (await client.list("Service")).items) look(service);
    if (waiting.size === 0) return;
    for await (const { type, object } of client.watch("Service", { since: revision, signal })) {
      if (type !== "Deleted") look(object);
      if (waiting.size === 0) return;
    }
  } finally {
    printer.clear();
  }
  terminal.signal.throwIfAborted();
  for (const [name, service] of waiting) if (service !== undefined) print(name, stagesOf(service));
  throw late(waiting, timeout);
}

/** What is known of images that are still on their way; undefined when none is. */
function fetching(service: WireObject): string | undefined {
  const pulled = conditionsOf(service).find(({ type }) => type === "Pulled");
  return pulled === undefined || pulled.status === "True" ? undefined : pulled.message;
}

/** @returns what throws NW1407 for a rollout that was under way and failed; one that had failed before is no news. */
function failuresOnce(): (service: string, rollouts: readonly TierRolloutStatus[]) => void {
  const followed = new Set<string>();
  return (service, rollouts) => {
    for (const { tier, phase, asked, since, reason = "" } of rollouts) {
      const key = `${service} ${tier} ${asked} ${since}`;
      if (phase === "Progressing" || phase === "Paused" || phase === "RollingBack") followed.add(key);
      if (!followed.has(key) || (phase !== "RollingBack" && phase !== "RolledBack" && phase !== "Stopped")) continue;
      const now = phase === "Stopped" ? "it is stopped" : "what ran before takes its place again";
      throw new NetwrightError("NW1407", `revision ${asked} of ${service}/${tier} failed, and ${now}: ${reason}`, {
        hint: `see netwright rollout status ${service}/${tier}`,
      });
    }
  };
}

/** Prints each step of rollouts that were under way when they were first seen, as soon as it is over. */
function stepsOnce(printer: StagePrinter): (service: string, rollout: RolloutStatus | undefined) => void {
  const followed = new Set<string>();
  const printed = new Set<string>();
  return (service, rollout) => {
    if (rollout === undefined) return;
    const key = `${service} ${rollout.since}`;
    if (rollout.took === null) followed.add(key);
    if (!followed.has(key)) return;
    for (const step of rollout.steps.filter(({ gone }) => gone !== null)) {
      if (printed.has(`${key} ${step.old}`)) continue;
      printed.add(`${key} ${step.old}`);
      printer.over("replaced", stepText(step), milliseconds((step.ready ?? 0) + (step.gone ?? 0)));
    }
  };
}

/** `shop-web-1 by shop-web-3 on host2: ready after 0.4 s, drained after 1.2 s, 2 connections cut`. */
export function stepText({ old, fresh, host, ready, gone, connections }: RolloutStatus["steps"][number]): string {
  const span = (value: number | null): string => (value === null ? "not yet" : formatDuration(milliseconds(value)));
  const cut = connections === null || connections === 0 ? "" : `, ${connections} ${gone === null ? "open" : "cut"}`;
  const drained = gone === null ? "drains" : `drained in ${span(gone)}`;
  return fresh === ""
    ? `${old} by none: ${drained}${cut}`
    : `${old} by ${fresh} on ${host}: ready in ${span(ready)}, ${drained}${cut}`;
}

/** @param images see `fetching` */
type PrintStages = (service: string, stages: readonly Stage[], images?: string) => void;

/** Prints stages that were not printed yet, under their service's name, and the one that comes next. */
function printOnce(printer: StagePrinter): PrintStages {
  const printed = new Map<string, Set<string>>();
  let heading = "";
  return (service, stages, images) => {
    const seen = printed.get(service) ?? new Set<string>();
    printed.set(service, seen);
    for (const { stage, detail, took } of stages) {
      if (seen.has(stage)) continue;
      if (heading !== service) printer.heading((heading = service));
      seen.add(stage);
      printer.over(stage, detail, milliseconds(took));
    }
    const next = serviceStages.find((stage) => !seen.has(stage) && (stage !== "pulled" || images !== undefined));
    if (next === undefined || heading !== service) return;
    // One line of a terminal: what it wraps could not be erased.
    const detail = next === "pulled" ? ` ${images}`.slice(0, 60) : "";
    printer.underWay(`${next}${detail}`);
  };
}

function late(waiting: ReadonlyMap<string, WireObject | undefined>, timeout: Milliseconds): NetwrightError {
  const parts = [...waiting].map(
    ([name, service]) => `${name}: ${service === undefined ? "not seen" : lacking(service)}`,
  );
  const message = `not ready after ${formatDuration(timeout)}: ${parts.join("; ")}`;
  return new NetwrightError("NW1508", message, { hint: `see netwright describe ${[...waiting.keys()][0] ?? ""}` });
}

/** What to look at first: an instance that ends, else a condition that is not true, else an instance on its way. */
function lacking(service: WireObject): string {
  const instances = (valueAt(service, "status.instances") as ServiceStatus["instances"] | undefined) ?? [];
  const down = instances.filter(({ phase }) => phase !== "Ready" && phase !== "Draining" && phase !== "Stopping");
  const ended = down.find(({ phase }) => phase === "Failed");
  const failing = conditionsOf(service).find(({ status }) => status !== "True");
  if (ended === undefined && failing !== undefined)
    return `${failing.type} is ${failing.status} (${failing.reason}): ${failing.message}`;
  const worst = ended ?? down[0];
  const left = rolloutOf(service)?.steps.filter(({ gone }) => gone === null) ?? [];
  if (worst === undefined && left[0] !== undefined) return `${left[0].old} is not replaced yet: ${stepText(left[0])}`;
  if (worst === undefined) return "the change is not in force everywhere yet";
  return `${worst.id} on ${worst.host} is ${worst.phase}: ${worst.message}`;
}
