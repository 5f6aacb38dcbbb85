/** The stages of each service's last change, and how long each took. A history of this run of the server. */
import type { Service, ServiceStage, ServiceStatus } from "@netwright/api";
import { formatInstant, milliseconds, type Clock, type Milliseconds } from "@netwright/base";
import { isTrue } from "../status/conditions.ts";
import type { Facts } from "../status/facts.ts";
import type { ObservedService } from "../status/service-status.ts";

type Stages = ServiceStatus["stages"];

interface Progress {
  readonly generation: number;
  /** When the last stage was over, monotonic. */
  last: Milliseconds;
  readonly stages: Stages[number][];
}

/** Spans of the steps inside the server. */
export interface ComputedSpans {
  /** Validating, allocating and placing. */
  readonly reconciled: Milliseconds;
  /** Certificates and the states of nodes. */
  readonly compiled: Milliseconds;
  /** Which flows open and close. */
  readonly planned: Milliseconds;
}

const byAgents: readonly ServiceStage[] = ["firewall", "running", "announced", "ready"];

export class StageTracker {
  readonly #clock: Clock;
  readonly #progress = new Map<string, Progress>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(key: string, service: Service, spans: ComputedSpans, flows: string): void {
    const at = formatInstant(this.#clock.now());
    const stages: Stages = [
      { stage: "address", took: spans.reconciled, at, detail: "" },
      { stage: "placed", took: spans.compiled, at, detail: "" },
      { stage: "proven", took: spans.planned, at, detail: flows },
    ];
    this.#progress.set(key, { generation: service.metadata.generation ?? 0, last: this.#clock.monotonic(), stages });
  }

  forget(key: string): void {
    this.#progress.delete(key);
  }

  /** Adds the stages that are over by now, in order. */
  advance(key: string, service: Service, observed: ObservedService, facts: Facts): Stages {
    const progress = this.#progress.get(key);
    if (progress === undefined) return [];
    const details = detailsOf(service, observed, facts);
    for (const stage of byAgents) {
      if (progress.stages.some((entry) => entry.stage === stage)) continue;
      if (!isOver(stage, progress.generation, observed)) break;
      const now = this.#clock.monotonic();
      progress.stages.push({
        stage,
        took: milliseconds(now - progress.last),
        at: formatInstant(this.#clock.now()),
        detail: "",
      });
      progress.last = now;
    }
    return progress.stages.map((entry) => ({
      ...entry,
      detail: entry.detail === "" ? (details[entry.stage] ?? "") : entry.detail,
    }));
  }
}

type Instance = ObservedService["instances"][number];

const isStaying = ({ phase }: Instance): boolean => phase !== "Draining" && phase !== "Stopping";

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

function isOver(stage: ServiceStage, generation: number, { conditions, instances }: ObservedService): boolean {
  if (stage === "firewall") return instances.every(({ phase }) => phase !== "Pending") && isTrue(conditions, "Placed");
  if (stage === "running")
    return instances.filter(isStaying).every(({ tier, phase }) => tier === "lb" || phase === "Ready");
  if (stage === "announced") return isTrue(conditions, "Announced");
  return (
    isTrue(conditions, "Ready") &&
    conditions.some(({ type, observedGeneration }) => type === "Ready" && observedGeneration >= generation)
  );
}

function detailsOf(service: Service, observed: ObservedService, facts: Facts): Partial<Record<ServiceStage, string>> {
  const { addresses, announcements, instances } = observed;
  const staying = instances.filter(isStaying);
  return {
    address: addresses.map(({ address }) => address).join(", ") || "none: it has no listener",
    placed: placedText(staying),
    firewall: firewallText(service, staying, facts),
    running: counted(staying.length, "instance"),
    announced:
      announcements.length === 0
        ? "not exposed"
        : `to ${[...new Set(announcements.map(({ router }) => router))].toSorted().join(", ")}`,
    ready:
      service.spec.expose.length === 0
        ? "for services that it allows"
        : service.spec.expose
            .map(({ hostname, protocol, port }) =>
              protocol === "HTTPS"
                ? `https://${hostname}${port === 443 ? "" : `:${port}`}/`
                : `${protocol} ${hostname}:${port}`,
            )
            .join(", "),
  };
}

const hostsOf = (instances: readonly Instance[]): readonly string[] =>
  [...new Set(instances.map(({ host }) => host))].toSorted();

/** More would not fit on a line. */
const placesMax = 3;

/** `lb, proxy, web on host2 (one each: together)`, or how many of each tier stand on each host. */
function placedText(instances: readonly Instance[]): string {
  const tiers = [...new Set(instances.map(({ tier }) => tier))];
  const places = hostsOf(instances).map((host) => {
    const counts = tiers
      .map((tier) => ({ tier, count: instances.filter((each) => each.host === host && each.tier === tier).length }))
      .filter(({ count }) => count > 0);
    return `${counts.map(({ tier, count }) => (count === 1 ? tier : `${count} ${tier}`)).join(", ")} on ${host}`;
  });
  if (places.length > placesMax) return `${counted(instances.length, "instance")} on ${places.length} hosts`;
  const together = places.length === 1 && tiers.length > 1 && tiers.length === instances.length;
  return `${places.join("; ")}${together ? " (one each: together)" : ""}`;
}

/**
 * Rules of the service's network on the hosts of its instances; an agent runs nothing new before they are in force.
 * They are what the host was told, which it has by now: its report of what it counts comes later.
 */
function firewallText(
  { spec, metadata: { project } }: Service,
  instances: readonly Instance[],
  { states }: Facts,
): string {
  const rules = hostsOf(instances).flatMap((host) => {
    const networks = states.get(host)?.state.networks ?? [];
    const network = networks.find((each) => each.name === spec.network && each.project === project);
    return network === undefined ? [] : [{ host, count: network.policy.length }];
  });
  const counts = rules.map(({ count }) => count);
  const [first] = rules;
  if (first === undefined) return "";
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const span = least === most ? counted(most, "rule") : `${least} to ${most} rules`;
  const where = rules.length === 1 ? `${first.host}: ${span}` : `${rules.length} hosts: ${span} each`;
  return `${where}, before the first packet`;
}
