/** One service as decisions are made from it: what the ledger says, what agents reported, what was measured. Pure. */
import type {
  FrontDoor,
  MetricName,
  Observation,
  Policy,
  Sample,
  TierObservation,
  TierScaling,
} from "@netwright/autoscale";
import { formatPath, objectName, serviceChain, type ChainTier, type Service } from "@netwright/api";
import type { Instant } from "@netwright/base";
import { ledgerKeys, sizedService, type InstanceEntry } from "@netwright/compiler";
import type { Facts } from "../status/facts.ts";

/** What is measured of a tier, or of one instance of it; null: not measured. */
export interface Measures {
  /** Instances of which there are fresh samples. */
  readonly instances: number;
  readonly values: Readonly<
    Record<
      | "cpuShare"
      | "connections"
      | "requests"
      | "queue"
      | "latency95"
      | "latency99"
      | "received"
      | "sent"
      | "flows"
      | "balanced",
      number | null
    >
  >;
}

type Values = Measures["values"];

export interface TierMeasures {
  readonly tier: Measures | null;
  /** By id. */
  readonly instances: ReadonlyMap<string, Measures>;
}

export interface ObserveInput {
  readonly facts: Facts;
  readonly service: Service;
  readonly policy: Policy;
  readonly now: Instant;
  readonly measures: (tier: string) => TierMeasures;
  /** Since when an instance has been ready; undefined: it is not. */
  readonly readySince: (entry: InstanceEntry) => Instant | undefined;
}

export function observe(input: ObserveInput): Observation {
  const { facts, service, now } = input;
  const chain = serviceChain(sizedService(service, facts.ledger.entries));
  const measured = chain.map((tier) => ({ tier, measures: input.measures(tier.name) }));
  return {
    at: now,
    front: frontOf(measured, now),
    tiers: measured.map(({ tier, measures }) => tierOf(input, tier, measures)),
  };
}

interface Measured {
  readonly tier: ChainTier;
  readonly measures: TierMeasures;
}

/** The first tier that sees requests tells what arrives; the one behind it, what was let through. */
function frontOf(measured: readonly Measured[], at: Instant): FrontDoor {
  const rates = measured.flatMap(({ measures: { tier } }) => tier?.values.requests ?? []);
  const flows = measured.flatMap(({ measures: { tier } }) => tier?.values.flows ?? []);
  const arrivals = rates[0] ?? flows[0];
  const completions = rates[1] ?? arrivals;
  const front = measured.find(({ measures: { tier } }) => (tier?.values.latency99 ?? null) !== null)?.measures.tier
    ?.values;
  return {
    ...named("arrivals", arrivals, at),
    ...named("completions", completions, at),
    ...named("latencyP95", front?.latency95, at),
    ...named("latencyP99", front?.latency99, at),
  };
}

function named<Name extends string>(
  name: Name,
  value: number | null | undefined,
  at: Instant,
  instances = 1,
): Partial<Record<Name, Sample>> {
  if (value === undefined || value === null) return {};
  return { [name]: { at, value, instances } } as Record<Name, Sample>;
}

function tierOf(input: ObserveInput, tier: ChainTier, measures: TierMeasures): TierObservation {
  const { facts, service, policy, now, readySince } = input;
  const { project, name } = service.metadata;
  const own = (facts.ledger.byService.get(`${project}/${name}`) ?? []).filter(
    (entry) => entry.tier === tier.name && entry.former === undefined,
  );
  const running = own.filter(({ phase }) => phase === "Run");
  const scaling = policy.tiers.find((each) => each.name === tier.name)?.scaling;
  const warm = running.filter((entry) => {
    const since = readySince(entry);
    return since !== undefined && now - since >= (scaling?.warmUp ?? 0);
  });
  const rollout = facts.ledger.entries.get(ledgerKeys.rollout(project, name));
  const draining = own.filter(({ phase }) => phase !== "Run");
  return {
    name: tier.name,
    wanted: tier.replicas,
    ready: warm.length,
    warming: running.length - warm.length,
    draining: draining.length,
    rollout:
      rollout?.kind === "Rollout" && rollout.until === null && rollout.steps.some((step) => step.tier === tier.name),
    ...roomOf(facts, service, tier, running.length),
    ...floorOf(scaling, tier, measures, { warm, draining }),
    metrics: metricsOf(tier, measures, warm, now),
  };
}

/** Once the last round found no host for one of those that are wanted. */
function roomOf(
  { diagnostics }: Facts,
  service: Service,
  { field: path, replicas }: ChainTier,
  running: number,
): Pick<TierObservation, "room"> {
  const place = formatPath([...path, "replicas"]);
  const isFull = diagnostics.some(
    ({ code, subject, field }) => code === "NW1402" && subject === objectName(service) && field === place,
  );
  return isFull ? { room: { more: 0, limit: "Hosts", lacking: Math.max(0, replicas - running) } } : {};
}

/** What an instance of its own carries, and comes to the others when it is gone. */
const carried = {
  cpu: ({ cpuShare }: Values) => cpuShare,
  connections: ({ connections }: Values) => connections,
  bandwidth: ({ received, sent }: Values) =>
    received === null && sent === null ? null : (received ?? 0) + (sent ?? 0),
} satisfies Partial<Record<MetricName, (values: Values) => number | null>>;

/**
 * What members that drain still have to do is not measured with the others, and somebody must do it when they are gone: so
 * many instances are needed for both. A load balancer keeps nothing for anybody.
 */
function floorOf(
  scaling: TierScaling | undefined,
  { role }: ChainTier,
  { instances }: TierMeasures,
  { warm, draining }: { readonly warm: readonly InstanceEntry[]; readonly draining: readonly InstanceEntry[] },
): { readonly floor?: number } {
  if (scaling === undefined || draining.length === 0 || role === "LoadBalancer") return {};
  const needs = scaling.metrics.flatMap((metric) => {
    if (metric.kind !== "Target" || !Object.hasOwn(carried, metric.metric)) return [];
    const valueIn = (row: Measures | undefined): number | null =>
      row === undefined ? null : carried[metric.metric as keyof typeof carried](row.values);
    const sum = (entries: readonly InstanceEntry[]): number =>
      entries.reduce((all, { id }) => all + (valueIn(instances.get(id)) ?? 0), 0);
    const left = sum(draining);
    return left === 0 ? [] : [Math.ceil((left + sum(warm)) / metric.target)];
  });
  return needs.length === 0 ? {} : { floor: Math.max(...needs) };
}

/** What starts and warms up is left out of all that is each instance's own. */
function metricsOf(
  { role }: ChainTier,
  { tier, instances }: TierMeasures,
  warm: readonly InstanceEntry[],
  at: Instant,
): Partial<Record<MetricName, Sample>> {
  const rows = warm.flatMap(({ id }) => instances.get(id) ?? []);
  const sum = (name: keyof typeof carried): object => {
    const values = rows.flatMap((row) => carried[name](row.values) ?? []);
    const total = values.reduce((all, value) => all + value, 0);
    return values.length === 0 ? {} : named(name, total, at, values.length);
  };
  const whole = (name: MetricName, value: number | null | undefined): object => named(name, value, at, warm.length);
  const values = tier?.values;
  const isBalancer = role === "LoadBalancer";
  return {
    ...sum("cpu"),
    ...sum("connections"),
    ...(isBalancer ? whole("bandwidth", values?.balanced) : sum("bandwidth")),
    ...whole("requestsPerSecond", isBalancer ? values?.flows : values?.requests),
    ...whole("queueLength", values?.queue),
    ...named("latencyP95", values?.latency95, at),
    ...named("latencyP99", values?.latency99, at),
  };
}
